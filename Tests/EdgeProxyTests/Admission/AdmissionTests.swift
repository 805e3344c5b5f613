import EdgeProxy
import Gossip
import PostgresWire
import Testing

struct AdmissionTests {
    @Test func `a place is given back when its client is gone`() {
        var limits = AdmissionGate.Limits()
        limits.strangers = 1
        limits.sessions = 2
        let gate = AdmissionGate(limits: limits)
        do {
            let first = gate.enter()
            let (isIn, isNextIn) = (first != nil, Self.isIn(gate.enter()))
            #expect(isIn && !isNextIn, "one stranger at a time")
            _ = consume first
        }
        guard var known = gate.enter() else {
            Issue.record("the place was not given back")
            return
        }
        known.authenticated()
        known.authenticated()
        let second = gate.enter()
        let (isIn, isNextIn) = (second != nil, Self.isIn(gate.enter()))
        #expect(isIn, "a client that proved itself is no stranger")
        #expect(!isNextIn, "two sessions at a time")
        _ = consume second
        _ = consume known
        let isLastIn = Self.isIn(gate.enter())
        #expect(isLastIn)
    }

    private static func isIn(_ admission: consuming Admission?) -> Bool {
        admission != nil
    }

    @Test func `made-up verifiers are the same in every proxy and differ from each other`() throws {
        let (demo, other) = (try #require(EndpointName("demo")), try #require(EndpointName("other")))
        let (here, there) = (MockVerifiers(secret: [1, 2, 3]), MockVerifiers(secret: [1, 2, 3]))
        #expect(here.verifier(of: demo, role: "alice") == there.verifier(of: demo, role: "alice"))
        let salts = [
            here.verifier(of: demo, role: "alice").salt, here.verifier(of: demo, role: "bob").salt,
            here.verifier(of: other, role: "alice").salt,
            MockVerifiers(secret: [4]).verifier(of: demo, role: "alice").salt,
        ]
        #expect(Set(salts).count == salts.count)
    }
}
