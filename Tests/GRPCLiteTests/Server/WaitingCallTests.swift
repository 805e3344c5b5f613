import Testing

@testable import GRPCLite

/// Unary calls whose handlers wait for answers to leave.
@Suite struct WaitingCallTests {
    typealias Peer = HostilePeer

    private let echo = EchoService()

    /// A peer that leaves an answer on stream 1 unsent, so that handlers wait.
    private func makePeer() throws -> Peer {
        var limits = ConnectionLimits()
        limits.unsentBytes = 100
        let peer = try Peer(limits: limits, window: 0, services: [echo.definition])
        peer.send(Peer.call(1) + Peer.message([UInt8](repeating: 7, count: 1000), on: 1))
        #expect(echo.counts.started == 1)
        return peer
    }

    private static func impatient(_ stream: Int) -> [UInt8] {
        let fields = Peer.requestFields() + [("grpc-timeout", "1n")]
        return Peer.frame(1, flags: 4, stream: stream, payload: Peer.block(fields)) + Peer.message([7], on: stream)
    }

    @Test(arguments: [true, false]) func `a call that is over starts no handler`(isDeadline: Bool) throws {
        let peer = try makePeer()
        peer.send(Self.impatient(3))
        #expect(peer.server.unfinishedBytes > 0)
        if isDeadline { peer.server.timerFired(.deadline(3)) } else { peer.server.endCalls() }
        #expect(peer.server.unfinishedBytes == 0)
        // Its status has not left when there is room again.
        let reset = Peer.reset(1)
        peer.server.receive(reset.span.bytes, at: peer.now)
        #expect(peer.server.openCalls == 1)
        peer.pump()
        #expect(peer.server.openCalls == 0)
        #expect(echo.counts.started == 1)
    }

    @Test(arguments: [true, false]) func `calls that are over do not wait`(isDeadline: Bool) throws {
        let peer = try makePeer()
        let streams = stride(from: 3, to: 1000, by: 2)
        // One of them is not over.
        for stream in streams where stream != 9 {
            peer.send(Self.impatient(stream))
            if stream == 7 { peer.send(Peer.call(9) + Peer.message([9], on: 9)) }
            if isDeadline { peer.fire(.deadline(UInt64(stream))) } else { peer.send(Peer.reset(stream)) }
            #expect(peer.server.waitingToStart == (stream < 7 ? [] : [9]))
        }
        #expect(peer.server.openCalls == 2)
        peer.send(Peer.reset(1))
        #expect(echo.counts.started == 2)
        #expect(peer.server.waitingToStart.isEmpty)
    }
}
