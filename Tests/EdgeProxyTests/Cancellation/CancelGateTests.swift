import EdgeProxy
import Testing
import Transport

struct CancelGateTests {
    private let start = ContinuousClock.now

    private func origin(_ text: String) -> ClientOrigin {
        ClientOrigin(address: IPAddress(text))
    }

    private func isLetIn(_ gate: CancelGate, _ origin: ClientOrigin, at instant: ContinuousClock.Instant) -> Bool {
        guard let admission = gate.enter(from: origin, now: instant) else { return false }
        _ = consume admission
        return true
    }

    private func isLetInForPeer(_ gate: CancelGate) -> Bool {
        guard let admission = gate.enterForPeer() else { return false }
        _ = consume admission
        return true
    }

    private func gate(_ change: (inout CancelGate.Limits) -> Void) -> CancelGate {
        var limits = CancelGate.Limits()
        change(&limits)
        return CancelGate(limits: limits)
    }

    @Test(arguments: [
        ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.250"), ("2001:db8::1", "2001:db8::ff:1", "2001:db8:0:1::1"),
    ])
    func `a source has so many at once and so many a second`(same: String, near: String, far: String) {
        let gate = gate {
            $0.rate = AttemptRate(perSecond: 2, burst: 3)
        }
        for text in [same, near, same] { #expect(isLetIn(gate, origin(text), at: start)) }
        #expect(!isLetIn(gate, origin(near), at: start))
        #expect(isLetIn(gate, origin(far), at: start), "another source")
        #expect(isLetIn(gate, origin(same), at: start + .milliseconds(500)))
        #expect(!isLetIn(gate, origin(same), at: start + .milliseconds(900)))
        #expect(isLetIn(gate, origin(same), at: start + .milliseconds(1_000)))
        #expect(!isLetIn(gate, origin(same), at: start + .milliseconds(1_000)))
        for _ in 1...3 { #expect(isLetIn(gate, origin(same), at: start + .seconds(60))) }
        #expect(!isLetIn(gate, origin(same), at: start + .seconds(60)), "no more than the burst is saved up")
    }

    @Test func `clients of unknown origin are one source`() {
        let gate = gate { $0.rate = AttemptRate(perSecond: 600, burst: 1) }
        #expect(isLetIn(gate, ClientOrigin(address: nil), at: start))
        #expect(!isLetIn(gate, ClientOrigin(address: nil), at: start))
    }

    @Test func `so many are served at one time, whoever sent them`() {
        let gate = gate { $0.atOnce = 2 }
        guard let first = gate.enter(from: origin("192.0.2.1"), now: start), let second = gate.enterForPeer() else {
            Issue.record("there is room for two")
            return
        }
        #expect(!isLetIn(gate, origin("192.0.2.1"), at: start))
        #expect(!isLetInForPeer(gate))
        _ = consume second
        #expect(isLetIn(gate, origin("192.0.2.1"), at: start))
        _ = consume first
    }

    @Test func `one source has a share of them, and who has gone makes room`() {
        let gate = gate { $0.atOnceFromOneSource = 1 }
        guard let held = gate.enter(from: origin("192.0.2.1"), now: start) else {
            Issue.record("there is room for one")
            return
        }
        #expect(!isLetIn(gate, origin("::ffff:192.0.2.1"), at: start), "the same client")
        #expect(isLetIn(gate, origin("192.0.3.1"), at: start))
        #expect(isLetInForPeer(gate))
        _ = consume held
        #expect(isLetIn(gate, origin("192.0.2.1"), at: start))
    }

    @Test func `no more than a few are on their way to other proxies`() {
        let gate = gate { $0.atOnceToPeers = 1 }
        guard let held = gate.enterToPeers() else {
            Issue.record("there is room for one")
            return
        }
        if let another = gate.enterToPeers() {
            Issue.record("there is room for two")
            _ = consume another
        }
        _ = consume held
        guard let next = gate.enterToPeers() else {
            Issue.record("it was not given back")
            return
        }
        _ = consume next
    }

    @Test func `refusals for want of room cost no tokens`() {
        let gate = gate {
            $0.atOnce = 0
            $0.rate = AttemptRate(perSecond: 600, burst: 1)
        }
        #expect(!isLetIn(gate, origin("192.0.2.1"), at: start))
        #expect(!isLetInForPeer(gate))
    }
}
