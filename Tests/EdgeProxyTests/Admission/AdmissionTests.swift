import EdgeProxy
import Gossip
import PostgresWire
import Testing
import Transport

struct AdmissionTests {
    private let fixtures = EdgeFixtures()
    private let somewhere = ClientOrigin(address: IPAddress("192.0.2.1"))

    @Test func `a place is given back when its client is gone`() {
        var limits = AdmissionGate.Limits()
        limits.strangers = 1
        limits.sessions = 2
        let gate = AdmissionGate(limits: limits, metrics: fixtures.metrics)
        do {
            let first = enter(gate)
            let (isIn, isNextIn) = (first != nil, Self.isIn(enter(gate)))
            #expect(isIn && !isNextIn, "one stranger at a time")
            _ = consume first
        }
        guard var known = enter(gate) else {
            Issue.record("the place was not given back")
            return
        }
        known.authenticated()
        known.authenticated()
        let second = enter(gate)
        let (isIn, isNextIn) = (second != nil, Self.isIn(enter(gate)))
        #expect(isIn, "a client that proved itself is no stranger")
        #expect(!isNextIn, "two sessions at a time")
        _ = consume second
        _ = consume known
        let isLastIn = Self.isIn(enter(gate))
        #expect(isLastIn)
    }

    private func enter(_ gate: AdmissionGate) -> Admission? {
        do throws(AdmissionRefusal) { return try gate.enter(from: somewhere) } catch { return nil }
    }

    private static func isIn(_ admission: consuming Admission?) -> Bool {
        admission != nil
    }

    @Test func `a source that comes too often is told when to come again`() throws {
        let gate = AdmissionGate(
            limits: AdmissionGate.Limits(), sourceRate: AttemptRate(perSecond: 0.1, burst: 2), metrics: fixtures.metrics
        )
        func refusal(of origin: ClientOrigin) -> AdmissionRefusal? {
            do throws(AdmissionRefusal) {
                var admission = try gate.enter(from: ClientOrigin(address: IPAddress("10.0.0.1")))
                try admission.came(from: origin)
                return nil
            } catch {
                return error
            }
        }
        let (first, second) = (refusal(of: somewhere), refusal(of: somewhere))
        #expect(first == nil && second == nil)
        guard case .sourceRate(let wait) = refusal(of: somewhere) else {
            Issue.record("a third one came in")
            return
        }
        #expect(wait > .seconds(9) && wait <= .seconds(10))
        let other = refusal(of: ClientOrigin(address: IPAddress("192.0.2.2")))
        #expect(other == nil)
        #expect(fixtures.metrics.exposition().contains(#"sidecar_limits_reached_total{limit="source_rate"} 1"#))
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
