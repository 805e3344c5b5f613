import EdgeProxy
import Gossip
import Testing
import Transport

struct SessionFilterTests {
    private let now = ContinuousClock.now

    private func facts(_ change: (inout SessionFacts) -> Void = { _ in }) -> SessionFacts {
        var facts = SessionFacts(
            id: SessionID("s"), origin: ClientOrigin(address: IPAddress("192.0.2.7"), port: 5), startedUnixMicros: 1)
        facts.endpoint = EndpointName("demo")
        facts.role = "alice"
        change(&facts)
        return facts
    }

    private func admits(_ facts: SessionFacts, _ change: (inout SessionFilter) -> Void) -> Bool {
        var filter = SessionFilter()
        change(&filter)
        return filter.admits(facts)
    }

    @Test func `without a condition everybody is meant`() {
        #expect(SessionFilter().admits(facts()))
        #expect(SessionFilter().admits(SessionReport(facts: facts()), at: now))
    }

    @Test func `each condition counts by itself`() {
        #expect(admits(facts()) { $0.id = SessionID("s") })
        #expect(!admits(facts()) { $0.id = SessionID("t") })
        #expect(admits(facts()) { $0.endpoint = EndpointName("demo") })
        #expect(!admits(facts()) { $0.endpoint = EndpointName("other") })
        #expect(!admits(facts()) { $0.endpoint = EndpointName("demo-pooler") })
        let pooled = facts { $0.endpoint = EndpointName("demo-pooler") }
        #expect(admits(pooled) { $0.endpoint = EndpointName("demo") })
        #expect(admits(pooled) { $0.endpoint = EndpointName("demo-pooler") })
        #expect(!admits(facts { $0.endpoint = nil }) { $0.endpoint = EndpointName("demo") })
        #expect(admits(facts()) { $0.role = "alice" })
        #expect(!admits(facts()) { $0.role = "bob" })
        #expect(admits(facts()) { $0.phase = .handshake })
        #expect(!admits(facts()) { $0.phase = .joined })
        #expect(admits(facts()) { $0.addresses = IPRange("192.0.2.0/24") })
        #expect(!admits(facts()) { $0.addresses = IPRange("192.0.3.0/24") })
        #expect(!admits(facts { $0.origin.address = nil }) { $0.addresses = IPRange("0.0.0.0/0") })
    }

    @Test func `all conditions must hold`() {
        #expect(!admits(facts()) { ($0.role, $0.endpoint) = ("alice", EndpointName("other")) })
    }

    @Test func `only a session with nothing under way is idle`() {
        var filter = SessionFilter()
        filter.idleLongerThan = .seconds(60)
        #expect(!filter.admits(SessionReport(facts: facts()), at: now), "not joined")
        for (isIdle, age, isMeant) in [(true, 61, true), (true, 59, false), (false, 61, false)] {
            let traffic = RelayControl.Snapshot(
                bytesFromClient: 0, bytesToClient: 0, isIdle: isIdle, lastActivity: now - .seconds(age))
            #expect(filter.admits(SessionReport(facts: facts(), traffic: traffic), at: now) == isMeant)
        }
    }
}

struct ReplicationModeTests {
    @Test(arguments: ["true", "TRUE", "t", "on", "yes", "y", "1"])
    func `a boolean asks for physical replication`(value: String) {
        #expect(ReplicationMode(parameter: Array(value.utf8)) == .physical)
    }

    @Test(arguments: ["", "false", "off", "no", "0", "o", "2", "\u{FFFD}"])
    func `and anything else for none`(value: String) {
        #expect(ReplicationMode(parameter: Array(value.utf8)) == ReplicationMode.none)
    }

    @Test func `a database asks for logical replication`() {
        #expect(ReplicationMode(parameter: Array("database".utf8)) == .logical)
    }
}
