import TestKit
import Testing

@testable import GRPCLite

/// Two bare sessions back to back, in one thread.
@Suite struct HTTP2SessionTests {
    private final class Pair {
        let client: HTTP2Session
        let server: HTTP2Session
        let now = ContinuousClock.now
        private(set) var atClient: [HTTP2Event] = []
        private(set) var atServer: [HTTP2Event] = []
        /// The bytes of the last DATA frame.
        private(set) var lastData: [UInt8] = []

        init() throws {
            client = try HTTP2Session(.client, limits: HTTP2Limits(), at: now)
            server = try HTTP2Session(.server, limits: HTTP2Limits(), at: now)
            pump()
        }

        func pump(limit: Int = 1 << 20) {
            var isMoving = true
            while isMoving {
                let (up, down) = (client.takeOutput(limit: limit), server.takeOutput(limit: limit))
                server.receive(up.span.bytes, at: now)
                client.receive(down.span.bytes, at: now)
                atClient += client.takeEvents()
                if case .dataReceived(_, let place)? = atClient.last(where: \.isData), place.upperBound <= down.count {
                    lastData = Array(down[place])
                }
                atServer += server.takeEvents()
                isMoving = !up.isEmpty || !down.isEmpty
            }
        }

        func bytesReceived(by events: [HTTP2Event], on stream: HTTP2StreamID) -> Int {
            events.reduce(0) { sum, event in
                if case .dataReceived(stream, let place) = event { sum + place.count } else { sum }
            }
        }
    }

    private let request = [
        HeaderField(":method", "POST"), HeaderField(":scheme", "http"), HeaderField(":path", "/a"),
        HeaderField(":authority", "test"),
    ]
    private let response = [HeaderField(":status", "200")]

    @Test func `streams take turns frame by frame`() throws {
        let pair = try Pair()
        let streams = try (0..<3).map { _ in try pair.client.submitRequest(request) }
        pair.pump()
        for stream in streams {
            pair.server.submitResponse([], response, on: stream)
            pair.server.send(Array(repeating: 1, count: 200_000), on: stream)
        }
        pair.pump()
        let order = pair.atClient.compactMap { event -> HTTP2StreamID? in
            if case .dataReceived(let stream, _) = event { stream } else { nil }
        }
        #expect(Set(order.prefix(3)) == Set(streams))
        #expect(Set(order.prefix(12).suffix(3)) == Set(streams))
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func `whatever the room is, frames come whole and in order`(seed: UInt64) throws {
        var dice = SeededDice(seed: seed)
        let pair = try Pair()
        var expected: [HTTP2StreamID: [UInt8]] = [:]
        let streams = try (0..<40).map { _ in try pair.client.submitRequest(request) }
        pair.pump()
        for stream in streams {
            let length = Int.random(in: 0..<3, using: &dice) == 0 ? 40_000 : 100
            let body = (0..<Int.random(in: 0...length, using: &dice)).map { UInt8(truncatingIfNeeded: $0 * 7) }
            expected[stream] = body
            pair.server.submitResponse([], response, on: stream)
            pair.server.send(body, on: stream)
            pair.server.finish(stream, .withTrailers([HeaderField("a", "b")]))
        }
        var received: [HTTP2StreamID: [UInt8]] = [:]
        var ended: Set<HTTP2StreamID> = []
        while true {
            let room = HTTP2Session.longestOutput + Int.random(in: 0..<20_000, using: &dice)
            let bytes = pair.server.takeOutput(limit: room)
            guard !bytes.isEmpty else { break }
            #expect(bytes.count <= room)
            pair.client.receive(bytes.span.bytes, at: pair.now)
            for event in pair.client.takeEvents() {
                switch event {
                case .dataReceived(let stream, let place): received[stream, default: []] += bytes[place]
                case .headersReceived(let stream, let block): if block.endsStream { ended.insert(stream) }
                default: break
                }
            }
        }
        for stream in streams {
            let isWhole = received[stream, default: []] == expected[stream]
            #expect(isWhole, "stream \(stream)")
        }
        #expect(ended == Set(expected.keys))
        #expect(pair.server.unsentBytes == 0)
        #expect(pair.server.failure == nil && pair.client.failure == nil)
    }

    /// Two full frames, frames of a few bytes, and then one that is no DATA: it has its room whatever they left.
    @Test func `the room may end behind any byte`() throws {
        for length in 20..<40 {
            let pair = try Pair()
            let streams = try (0..<16).map { _ in try pair.client.submitRequest(request) }
            pair.pump()
            for stream in streams { pair.server.submitResponse([], response, on: stream) }
            pair.pump()
            for (index, stream) in streams.enumerated() {
                pair.server.send(Array(repeating: 1, count: index < 2 ? 16384 : length), on: stream)
            }
            if let last = streams.last { pair.server.finish(last, .withTrailers([HeaderField("a", "b")])) }
            pair.pump(limit: HTTP2Session.longestOutput)
            let received = streams.reduce(0) { $0 + pair.bytesReceived(by: pair.atClient, on: $1) }
            #expect(received == 2 * 16384 + 14 * length && pair.server.unsentBytes == 0, "frames of \(length)")
        }
    }

    @Test func `a stream whose next frame had no room can be dropped`() throws {
        let pair = try Pair()
        let streams = try (0..<2).map { _ in try pair.client.submitRequest(request) }
        pair.pump()
        for (stream, length) in zip(streams, [250_000, 100_000]) {
            pair.server.submitResponse([], response, on: stream)
            pair.server.send(Array(repeating: 1, count: length), on: stream)
        }
        // nghttp2 has a frame of each in turn, and one waits for room.
        let first = pair.server.takeOutput(limit: HTTP2Session.longestOutput)
        pair.client.receive(first.span.bytes, at: pair.now)
        for stream in streams { pair.server.finish(stream, .withStream) }
        pair.server.resetFullest(freeing: 1)
        pair.pump()
        let closed = pair.atClient.filter { if case .streamClosed = $0 { true } else { false } }
        #expect(closed.contains(.streamClosed(streams[0], .enhanceYourCalm)))
        #expect(pair.bytesReceived(by: pair.atClient, on: streams[1]) > 80_000)
        #expect(pair.atClient.contains(.streamEndedByPeer(streams[1])))
        #expect(pair.server.unsentBytes == 0)
        #expect(pair.server.failure == nil && pair.client.failure == nil)
    }

    @Test func `a window opens only for what was returned`() throws {
        let pair = try Pair()
        let stream = try pair.client.submitRequest(request)
        pair.client.send(Array(repeating: 1, count: 600_000), on: stream)
        pair.pump()
        let window = HTTP2Limits().streamWindow
        #expect(pair.bytesReceived(by: pair.atServer, on: stream) == window)
        pair.server.returnCredit(window, on: stream)
        pair.pump()
        #expect(pair.bytesReceived(by: pair.atServer, on: stream) == 2 * window)
        // The connection's window is not the stream's: another stream is not held up.
        let other = try pair.client.submitRequest(request)
        pair.client.send(Array(repeating: 1, count: 1000), on: other)
        pair.pump()
        #expect(pair.bytesReceived(by: pair.atServer, on: other) == 1000)
    }

    @Test func `trailers follow the last byte, and free a stream whose request goes on`() throws {
        let pair = try Pair()
        let stream = try pair.client.submitRequest(request)
        pair.pump()
        pair.server.submitResponse([], response, on: stream)
        pair.server.send([1, 2, 3], on: stream)
        pair.server.finish(stream, .withTrailers([HeaderField("grpc-status", "0")]))
        pair.pump()
        let block = HeaderBlock(fields: [HeaderField("grpc-status", "0")], size: 44, endsStream: true)
        #expect(pair.lastData == [1, 2, 3])
        #expect(pair.atClient.suffix(2) == [.headersReceived(stream, block), .streamClosed(stream, .noError)])
        #expect(pair.atServer.last == .streamClosed(stream, .noError))
    }

    @Test func `a reset closes the stream on both sides`() throws {
        let pair = try Pair()
        let stream = try pair.client.submitRequest(request)
        pair.pump()
        pair.client.reset(stream, .cancel)
        pair.pump()
        #expect(pair.atServer.last == .streamClosed(stream, .cancel))
        #expect(pair.atClient.last == .streamClosed(stream, .cancel))
    }

    @Test func `a stream beyond the last one is closed as refused`() throws {
        let pair = try Pair()
        pair.server.refuseNewStreams()
        let stream = try pair.client.submitRequest(request)
        pair.pump()
        #expect(pair.atClient.contains(.streamClosed(stream, .refusedStream)))
        #expect(pair.server.isFinished)
    }
}

extension HTTP2Event {
    fileprivate var isData: Bool {
        if case .dataReceived = self { true } else { false }
    }
}
