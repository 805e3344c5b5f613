import EdgeProxy
import Gossip
import SidecarAPI
import Testing

struct ReportedComputesTests {
    private let endpoint = Self.named("demo")
    private let now = ContinuousClock.now

    private static func named(_ text: String) -> EndpointName {
        guard let name = EndpointName(text) else { preconditionFailure("a test's name") }
        return name
    }

    private func details(
        _ generation: UInt64, _ sequence: UInt64, at host: String? = "ps-1", wants memory: UInt64? = nil
    ) -> ReportedDetails {
        var transition = ReportV1.Transition()
        transition.pageserver = host.map { host in
            ReportV1.PageserverConnectionInfo(
                shards: [.init(index: "0000", pageservers: [.init(id: 1, libpqURL: "postgresql://\(host):6400")])])
        }
        transition.scaleRequest = memory.map {
            ReportV1.ScaleRequest(memoryBytes: $0, memoryLimitBytes: 1 << 30, memoryUsedBytes: generation + sequence)
        }
        return ReportedDetails(transition, at: FactVersion(generation: generation, sequence: sequence))
    }

    private func url(_ computes: ReportedComputes) -> String? {
        computes.told(of: endpoint)?.details.pageserver?.shards.first?.pageservers.first?.libpqURL
    }

    @Test func `the newest wins, in whatever order it comes`() {
        let story = [details(1, 3, at: "a"), details(1, 4, at: "b"), details(2, 1, at: "c")]
        for rotation in story.indices {
            var computes = ReportedComputes()
            for details in story[rotation...] + story[..<rotation] {
                _ = computes.heard(details, of: endpoint, now: now)
            }
            #expect(url(computes) == "postgresql://c:6400")
        }
    }

    @Test func `what is older is ignored, what is repeated is no change`() {
        var computes = ReportedComputes()
        let first = computes.heard(details(1, 4), of: endpoint, now: now)
        #expect(first == .init(pageservers: true, scale: false))
        #expect(computes.heard(details(1, 3, at: "old"), of: endpoint, now: now) == nil)
        #expect(computes.heard(details(1, 4), of: endpoint, now: now) == .init(pageservers: false, scale: false))
        #expect(computes.heard(details(1, 5), of: endpoint, now: now) == .init(pageservers: false, scale: false))
        #expect(computes.told(of: endpoint)?.details.version.sequence == 5)
        // Moved, and then nowhere.
        #expect(computes.heard(details(1, 6, at: "b"), of: endpoint, now: now)?.pageservers == true)
        #expect(computes.heard(details(1, 7, at: nil), of: endpoint, now: now)?.pageservers == true)
        #expect(computes.told(of: endpoint)?.details.pageserver == nil)
    }

    @Test func `a request for memory is news by its size, and by its end`() {
        var computes = ReportedComputes()
        #expect(computes.heard(details(1, 1), of: endpoint, now: now)?.scale == false)
        #expect(computes.heard(details(1, 2, wants: 2 << 30), of: endpoint, now: now)?.scale == true)
        // Measured anew, and the same size.
        #expect(computes.heard(details(1, 3, wants: 2 << 30), of: endpoint, now: now)?.scale == false)
        #expect(computes.told(of: endpoint)?.details.scaleRequest?.memoryUsedBytes == 4)
        #expect(computes.heard(details(1, 4, wants: 3 << 30), of: endpoint, now: now)?.scale == true)
        #expect(computes.heard(details(1, 5), of: endpoint, now: now)?.scale == true)
        #expect(computes.told(of: endpoint)?.details.scaleRequest == nil)
    }

    @Test func `it goes with its compute, and what comes late does not bring it back`() {
        var computes = ReportedComputes()
        _ = computes.heard(details(1, 4), of: endpoint, now: now)
        // The end of an earlier one.
        computes.ended(endpoint, at: FactVersion(generation: 1, sequence: 3), now: now)
        #expect(computes.told(of: endpoint) != nil)
        computes.ended(endpoint, at: FactVersion(generation: 1, sequence: 6), now: now)
        #expect(computes.told(of: endpoint) == nil && computes.size == 0)
        for sequence in 4...6 as ClosedRange<UInt64> {
            #expect(computes.heard(details(1, sequence), of: endpoint, now: now) == nil)
        }
        #expect(computes.told(of: endpoint) == nil)
        #expect(computes.heard(details(2, 1), of: endpoint, now: now)?.pageservers == true)
    }

    @Test func `a later compute that tells somebody else ends what this one knows`() {
        var computes = ReportedComputes()
        _ = computes.heard(details(2, 4), of: endpoint, now: now)
        for generation in 1...2 as ClosedRange<UInt64> {
            computes.began(endpoint, generation: generation)
            #expect(computes.told(of: endpoint) != nil)
        }
        computes.began(endpoint, generation: 3)
        #expect(computes.told(of: endpoint) == nil && computes.size == 0)
    }

    @Test func `beyond the limits the one not heard of for longest goes`() {
        let names = (0..<4).map { Self.named("e\($0)") }
        let each = details(1, 1).size
        for computes in [ReportedComputes(limit: 3), ReportedComputes(byteLimit: 3 * each + each / 2)] {
            var computes = computes
            for name in names[..<3] { _ = computes.heard(details(1, 1), of: name, now: now) }
            _ = computes.heard(details(1, 2), of: names[0], now: now)
            _ = computes.heard(details(1, 1), of: names[3], now: now)
            #expect(names.map { computes.told(of: $0) != nil } == [true, false, true, true])
            #expect(computes.size == 3 * each)
        }
    }
}
