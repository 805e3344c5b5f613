import EdgeProxy
import Gossip
import Testing

struct ReportedRevisionsTests {
    private let now = ContinuousClock.now

    private func news(_ told: [(endpoint: String, generation: UInt64, revision: UInt64)]) throws -> [Bool] {
        var revisions = ReportedRevisions()
        return try told.map { told in
            let endpoint = try #require(EndpointName(told.endpoint))
            return revisions.isChange(told.revision, of: endpoint, generation: told.generation, now: now)
        }
    }

    @Test func `what follows another revision is news, and a start is not`() throws {
        let told = [("demo", 1, 5), ("demo", 1, 5), ("demo", 1, 4), ("demo", 2, 9), ("demo", 2, 10), ("other", 1, 1)]
        #expect(
            try news(told.map { ($0.0, UInt64($0.1), UInt64($0.2)) }) == [false, false, true, false, true, false])
    }

    @Test func `nobody has looked, and what comes late, is no news`() throws {
        let told = [("demo", 2, 5), ("demo", 2, 0), ("demo", 1, 7), ("demo", 2, 5), ("demo", 2, 6)]
        #expect(try news(told.map { ($0.0, UInt64($0.1), UInt64($0.2)) }) == [false, false, false, false, true])
    }
}
