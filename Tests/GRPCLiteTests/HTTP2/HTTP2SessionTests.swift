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

        func pump() {
            var isMoving = true
            while isMoving {
                let (up, down) = (client.takeOutput(limit: 1 << 20), server.takeOutput(limit: 1 << 20))
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
