import TestKit
import Testing

@testable import GRPCLite

/// What handlers hold of messages that came compressed.
@Suite(.timeLimit(.minutes(1))) struct UnpackedMessageTests {
    typealias Peer = HostilePeer

    private static let size = 100_000
    private let echo = EchoService()

    /// Room for two messages.
    private func makePeer() throws -> Peer {
        var limits = ConnectionLimits()
        limits.unpackedMessages = 2 * Self.size + 10
        // Nobody reads the answers.
        limits.streamUnsentBytes = 20 * Self.size
        return try Peer(limits: limits, services: [echo.definition])
    }

    private static func call(_ stream: Int, _ path: String) -> [UInt8] {
        let fields = Peer.requestFields(path) + [("grpc-encoding", "gzip")]
        return Peer.frame(1, flags: 4, stream: stream, payload: Peer.block(fields))
    }

    /// A few hundred bytes on the wire.
    private static func message(on stream: Int, ends: Bool = true) throws -> [UInt8] {
        let packed = try #require(Gzip.shared.compress([UInt8](repeating: 7, count: size)))
        #expect(packed.count < 1000)
        let frame = try #require(MessageFrame.bytes(of: packed, isCompressed: true))
        return Peer.frame(0, flags: ends ? 1 : 0, stream: stream, payload: frame)
    }

    @Test func `what all connections hold together is bounded too`() throws {
        let all = SharedBytes(limit: 150)
        let offences = OffenceCounters()
        let connections = (0..<2).map { _ in UnpackedBytes(limit: 100, within: all, offences) }
        let packed = try #require(Gzip.shared.compress([UInt8](repeating: 7, count: 80)))
        let message = ReceivedMessage(packed, isCompressed: true)
        #expect(try connections[0].take(message, messageLimit: 1000).held == 80)
        #expect(throws: GRPCStatus(.resourceExhausted, "too many unpacked messages")) {
            try connections[1].take(message, messageLimit: 1000)
        }
        #expect(offences[.tooManyUnpackedBytes] == 1 && all.byteCount == 80 && connections[1].byteCount == 0)
        connections[0].giveBack(80)
        #expect(try connections[1].take(message, messageLimit: 1000).held == 80)
        #expect(all.byteCount == 80)
    }

    private func isRefused(_ stream: Int, by peer: Peer) -> Bool {
        // HEADERS that end the stream, in the answer's first and only block.
        peer.framesFromServer.contains { $0.type == 1 && $0.stream == stream && $0.flags & 1 != 0 }
    }

    @Test func `one that passes the limit is refused, and there is room again when a handler has ended`() async throws {
        let peer = try makePeer()
        let unpacked = peer.server.unpacked
        for stream in [1, 3, 5] {
            peer.send(Self.call(stream, "/test.Echo/Hang") + (try Self.message(on: stream)))
        }
        #expect(!isRefused(1, by: peer) && !isRefused(3, by: peer) && isRefused(5, by: peer))
        #expect(peer.offences[.tooManyUnpackedBytes] == 1)
        // What comes as it is costs the client as much, and is no matter.
        peer.send(Peer.call(7) + Peer.message([7], on: 7))
        #expect(peer.server.openCalls == 2)
        #expect(!peer.server.isFinished)

        peer.send(Peer.reset(1))
        try await eventually("its handler has ended") { unpacked.byteCount == Self.size }
        peer.send(Self.call(9, "/test.Echo/Hang") + (try Self.message(on: 9)))
        #expect(!isRefused(9, by: peer))
        peer.server.connectionLost()
        try await eventually("all handlers have ended") { unpacked.byteCount == 0 }
        #expect(peer.offences[.tooManyUnpackedBytes] == 1)
    }

    @Test(arguments: ["Around", "Hang", "Chat"])
    func `what cannot be unpacked, or is a bomb, is counted`(method: String) async throws {
        var limits = ConnectionLimits()
        limits.messageSize = Self.size - 1
        let peer = try Peer(limits: limits, services: [echo.definition])
        let (offences, unpacked) = (peer.offences, peer.server.unpacked)
        let noGzip = Peer.frame(0, flags: 1, stream: 3, payload: [1, 0, 0, 0, 1, 7])
        peer.send(Self.call(1, "/test.Echo/" + method) + (try Self.message(on: 1)))
        peer.send(Self.call(3, "/test.Echo/" + method) + noGzip)
        try await eventually("both are counted") { offences[.malformedMessage] == 2 }
        #expect(offences[.tooManyUnpackedBytes] == 0)
        #expect(unpacked.byteCount == 0)
        #expect(!peer.server.isFinished)
        peer.server.connectionLost()
    }

    @Test func `handlers that never wait hold nothing`() throws {
        let peer = try makePeer()
        for stream in stride(from: 1, to: 21, by: 2) {
            peer.send(Self.call(stream, "/test.Echo/Around") + (try Self.message(on: stream)))
        }
        #expect(echo.counts.read == 10)
        #expect(peer.server.unpacked.byteCount == 0)
        #expect(peer.offences[.tooManyUnpackedBytes] == 0)
    }

    @Test func `a stream's message counts until the next is asked for`() async throws {
        let peer = try makePeer()
        let unpacked = peer.server.unpacked
        peer.send(Self.call(1, "/test.Echo/Chat"))
        for number in 1...10 {
            peer.send(try Self.message(on: 1, ends: false))
            try await eventually("the handler waits for the next") {
                echo.counts.read == number && unpacked.byteCount == 0
            }
        }
        #expect(peer.offences[.tooManyUnpackedBytes] == 0)
        peer.server.connectionLost()
    }

    @Test func `the only request of a stream of answers counts until its handler has ended`() async throws {
        let peer = try makePeer()
        let unpacked = peer.server.unpacked
        for stream in [1, 3] {
            peer.send(Self.call(stream, "/test.Echo/Watch") + (try Self.message(on: stream)))
        }
        try await eventually("both handlers wait") { echo.counts.started == 2 }
        #expect(unpacked.byteCount == 2 * Self.size)
        peer.send(Self.call(5, "/test.Echo/Watch") + (try Self.message(on: 5)))
        while !isRefused(5, by: peer) {
            await Task.yield()
            peer.pump()
        }
        #expect(peer.offences[.tooManyUnpackedBytes] == 1)
        #expect(echo.counts.started == 2)
        peer.server.connectionLost()
        try await eventually("all handlers have ended") { unpacked.byteCount == 0 }
    }
}
