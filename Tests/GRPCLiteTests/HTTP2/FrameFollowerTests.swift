import Testing

@testable import GRPCLite

/// RFC 9113 §4.1, §6.2, §6.10.
@Suite struct FrameFollowerTests {
    typealias Peer = HostilePeer

    private func follow(_ bytes: [UInt8], by step: Int, ofClient: Bool = false) -> [Int?] {
        var follower = FrameFollower(ofClient: ofClient)
        return stride(from: 0, to: bytes.count, by: step).map { start in
            follower.received(bytes[start..<min(start + step, bytes.count)].span.bytes)
            return follower.openHeaderBlock
        }
    }

    @Test func `a block is open from its first head to its last byte`() {
        let bytes = Peer.frame(1, stream: 1, payload: [1, 2]) + Peer.frame(9, flags: 4, stream: 1, payload: [3])
        // The first head is 9 bytes; the second frame ends the block, ten bytes further than the first.
        #expect(follow(bytes, by: 1) == Array(repeating: nil, count: 8) + Array(repeating: 1, count: 12) + [nil])
    }

    @Test(arguments: [1, 2, 7, 1000]) func `however it is cut, the end is the same`(step: Int) {
        let lawful =
            Peer.preface + Peer.frame(4) + Peer.frame(1, flags: 4, stream: 1, payload: [1, 2, 3])
            + Peer.frame(0, flags: 5, stream: 1, payload: [9]) + Peer.frame(1, stream: 3)
            + Peer.frame(9, stream: 3) + Peer.frame(9, flags: 4, stream: 3)
        #expect(follow(lawful, by: step, ofClient: true).last == .some(nil))
        // What has the same bit means something else in other frames.
        #expect(
            follow(lawful + Peer.frame(1, stream: 5) + Peer.frame(0, flags: 4, stream: 5), by: step, ofClient: true)
                .last == 3)
    }

    @Test func `one that begins in the read in which another ends is another`() {
        let (first, second) = (Peer.frame(1, stream: 1), Peer.frame(9, flags: 4, stream: 1) + Peer.frame(1, stream: 3))
        var (follower, timer, limits) = (FrameFollower(ofClient: false), HeaderBlockTimer(), ConnectionLimits())
        limits.headerBlock = .seconds(7)
        for (bytes, change) in [
            (first, TimerChange.arm(.headerBlockDue, after: .seconds(7))), (Peer.frame(9, stream: 1), nil),
            (second, .arm(.headerBlockDue, after: .seconds(7))),
            (Peer.frame(9, flags: 4, stream: 3), .disarm(.headerBlockDue)), (Peer.frame(4), nil),
        ] {
            follower.received(bytes.span.bytes)
            #expect(timer.change(open: follower.openHeaderBlock, limits) == change)
        }
    }
}
