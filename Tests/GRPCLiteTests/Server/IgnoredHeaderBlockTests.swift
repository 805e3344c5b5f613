import Testing

@testable import GRPCLite

/// Header blocks that nobody reads on: they cost their streams, not the connection.
@Suite struct IgnoredHeaderBlockTests {
    typealias Peer = HostilePeer

    /// HEADERS and the CONTINUATION frames behind it.
    private static func frames(of block: [UInt8], on stream: Int, length: Int = 16_000) -> [UInt8] {
        stride(from: 0, to: block.count, by: length).flatMap { start in
            let end = min(start + length, block.count)
            return Peer.frame(
                start == 0 ? 1 : 9, flags: end == block.count ? 4 : 0, stream: stream,
                payload: Array(block[start..<end]))
        }
    }

    private static func block(ofBytes count: Int) -> [UInt8] {
        let value = String(repeating: "v", count: 120)
        let fields = (0..<count / 126).map { ("x-\($0 % 10)", value) }
        return Peer.block(Peer.requestFields() + fields)
    }

    /// A peer with a call that runs.
    private func makePeer(_ limits: ConnectionLimits = ConnectionLimits(), acknowledges: Bool = true) throws -> Peer {
        let peer = try Peer(limits: limits, acknowledges: acknowledges)
        peer.send(Peer.call(1, "/test.Echo/Hang") + Peer.message([1], on: 1))
        #expect(peer.server.openCalls == 1)
        return peer
    }

    private func expectAlive(_ peer: Peer) {
        #expect(peer.timers[.headerBlockDue] == nil)
        #expect(!peer.server.isFinished)
        peer.forgetWhatWasSent()
        #expect(peer.server.openCalls == 1)
        // What comes next is understood: the header tables are in step.
        peer.send(Peer.reset(1) + Peer.call(99) + Peer.message([7], on: 99))
        #expect(peer.framesFromServer.contains { $0.type == 0 && $0.stream == 99 && $0.payload.last == 7 })
    }

    @Test func `a block far over the limit, in many frames`() throws {
        let peer = try makePeer()
        peer.send(Self.frames(of: Self.block(ofBytes: 70_000), on: 3))
        #expect(peer.offences[.headerListTooLarge] == 1)
        expectAlive(peer)
    }

    @Test(arguments: ["far over the limit", "with a field that must not be", "of a stream that has gone"])
    func `a block that is dropped has to end in time, too`(kind: String) throws {
        let peer = try makePeer()
        peer.send(Peer.call(3) + Peer.message([7], on: 3))
        let block =
            switch kind {
            case "far over the limit": Self.block(ofBytes: 60_000)
            case "with a field that must not be": Peer.block(Peer.requestFields() + [("X", "y"), ("x", "y")])
            default: Peer.block([("x", "y"), ("x", "y")])
            }
        let frames = Self.frames(
            of: block, on: kind == "of a stream that has gone" ? 3 : 5, length: min(block.count - 5, 16_000))
        // All but the last byte of the last frame.
        peer.send(Array(frames.dropLast()))
        #expect(peer.timers[.headerBlockDue] == .seconds(5))
        peer.send(Array(frames.suffix(1)))
        expectAlive(peer)

        let late = try makePeer()
        late.send(Peer.call(3) + Peer.message([7], on: 3) + frames.dropLast())
        late.fire(.headerBlockDue)
        #expect(late.server.isFinished)
        #expect(late.offences[.unfinishedHeaders] == 1)
    }

    @Test func `several of them in one read`() throws {
        let peer = try makePeer()
        peer.send([3, 5, 7, 9].flatMap { Self.frames(of: Self.block(ofBytes: 100_000), on: $0) })
        #expect(peer.offences[.headerListTooLarge] == 4)
        #expect(peer.offences[.unknownFrameFlood] == 0)
        expectAlive(peer)
    }

    @Test func `the block of a stream that is refused`() throws {
        var limits = ConnectionLimits()
        limits.http2.concurrentStreams = 2
        // A client that has acknowledged the limit and passes it breaks HTTP/2; one that has not heard of it is refused.
        let peer = try makePeer(limits, acknowledges: false)
        peer.send(Peer.call(3))
        peer.send([5, 7, 9, 11].flatMap { Self.frames(of: Self.block(ofBytes: 100_000), on: $0) })
        #expect(peer.offences[.tooManyStreams] == 4)
        peer.send(Peer.reset(3))
        expectAlive(peer)
    }

    @Test func `a block with a field that must not be`() throws {
        let peer = try makePeer()
        let block = Peer.block(Peer.requestFields() + [("X", "y")] + [("x", "y")])
        peer.send(Self.frames(of: block, on: 3, length: block.count - 5))
        #expect(peer.offences[.streamError] == 1)
        expectAlive(peer)
    }

    @Test func `a block of a stream that has gone`() throws {
        let peer = try makePeer()
        peer.send(Peer.call(3) + Peer.message([7], on: 3))
        peer.send(Self.frames(of: Peer.block([("x", "y"), ("x", "y")]), on: 3, length: 5))
        expectAlive(peer)
    }

    @Test func `a block that has no end is bounded where nobody reads it, too`() throws {
        let peer = try makePeer()
        peer.send(Peer.frame(1, stream: 3, payload: Peer.block([("X", "y")])))
        #expect(peer.flood(Peer.frame(9, stream: 3, payload: Peer.block([("x", "y")])), limit: 100, batch: 1) != nil)
        #expect(peer.offences[.continuationFlood] == 1)
    }
}
