import EdgeProxy
import Gossip
import Testing

struct KnownComputesTests {
    private let endpoint = Self.named("demo")
    private let now = ContinuousClock.now

    private static func named(_ text: String) -> EndpointName {
        guard let name = EndpointName(text) else { preconditionFailure("a test's name") }
        return name
    }

    private func running(_ generation: UInt64, _ sequence: UInt64) -> KnownComputes.Status {
        .running(
            ComputeLocation(
                endpoint: endpoint, version: FactVersion(generation: generation, sequence: sequence), host: "h",
                port: 1, serverName: nil, computeID: "c"))
    }

    private func ended(_ generation: UInt64, _ sequence: UInt64) -> KnownComputes.Status {
        .ended(FactVersion(generation: generation, sequence: sequence))
    }

    /// In any order the newest wins, and of one version its end.
    @Test func `what comes late changes nothing`() {
        let story = [running(1, 3), running(1, 4), ended(1, 5), running(2, 3), ended(2, 3), running(2, 3)]
        for rotation in story.indices {
            var known = KnownComputes()
            for status in story[rotation...] + story[..<rotation] { known.heard(status, of: endpoint, now: now) }
            let status = known.status(of: endpoint, now: now)
            #expect(status == ended(2, 3))
        }
    }

    @Test func `nobody has spoken for another endpoint`() {
        var known = KnownComputes()
        known.heard(running(1, 1), of: endpoint, now: now)
        let other = known.status(of: Self.named("other"), now: now)
        #expect(other == nil)
        let yearsLater = known.status(of: endpoint, now: now + .seconds(10 * 365 * 24 * 3600))
        #expect(yearsLater == running(1, 1))
    }

    @Test func `another revision is news, be it lower`() {
        var known = KnownComputes()
        let told: [(EndpointName, UInt64)] = [(endpoint, 5), (endpoint, 5), (endpoint, 4), (Self.named("other"), 5)]
        let news = told.map { known.noteSecrets(of: $0.0, revision: $0.1, now: now) }
        #expect(news == [true, false, true, true])
    }
}
