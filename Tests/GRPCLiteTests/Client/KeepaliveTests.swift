import Testing

@testable import GRPCLite

/// Every state (heard, silent, probing, dormant) by every event.
@Suite struct KeepaliveTests {
    private let interval = Duration.seconds(30)
    private let timeout = Duration.seconds(20)

    private func silent() -> Keepalive { Keepalive(.init(interval: interval, timeout: timeout)) }

    private func probing() -> Keepalive {
        var keepalive = silent()
        _ = keepalive.timerFired()
        return keepalive
    }

    private func dormant() -> Keepalive {
        var keepalive = silent()
        _ = keepalive.timerFired(mayPing: false)
        return keepalive
    }

    @Test func `silence is asked about, and silence after that ends it`() {
        var keepalive = silent()
        #expect(keepalive.timerFired() == [.ping, .rearm(after: timeout)])
        #expect(keepalive.timerFired() == [.giveUp])
    }

    @Test func `any byte breaks the silence`() {
        for var keepalive in [silent(), dormant()] {
            #expect(keepalive.bytesReceived() == nil)
            #expect(keepalive.timerFired() == [.rearm(after: interval)])
            #expect(keepalive.timerFired() == [.ping, .rearm(after: timeout)])
        }
    }

    @Test func `any byte is an answer, and the next silence begins with it`() {
        var keepalive = probing()
        #expect(keepalive.bytesReceived() == .rearm(after: interval))
        #expect(keepalive.timerFired() == [.ping, .rearm(after: timeout)])
        #expect(keepalive.bytesReceived() == .rearm(after: interval))
        #expect(keepalive.bytesReceived() == nil)
        #expect(keepalive.timerFired() == [.rearm(after: interval)])
    }

    @Test func `without a call nobody is asked, unless that is wanted`() {
        var keepalive = silent()
        #expect(keepalive.timerFired(mayPing: false) == [.rearm(after: interval)])
        #expect(keepalive.timerFired(mayPing: false) == [.rearm(after: interval)])
        #expect(keepalive.timerFired(mayPing: true) == [.ping, .rearm(after: timeout)])
    }

    @Test func `a question that was asked wants its answer, although the call has ended`() {
        var keepalive = probing()
        #expect(keepalive.timerFired(mayPing: false) == [.giveUp])
    }

    @Test func `the first call after a long silence asks at once, and no other`() {
        var (awake, asking, asleep) = (silent(), probing(), dormant())
        #expect(awake.callBegan() == [])
        #expect(asking.callBegan() == [])
        #expect(asleep.callBegan() == [.ping, .rearm(after: timeout)])
        #expect(asleep.callBegan() == [])
        #expect(asleep.timerFired() == [.giveUp])
    }
}
