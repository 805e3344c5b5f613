internal import FleetSimulation
internal import ReportSimulation
internal import Testing

/// Agents that are killed and started again beside a fleet of ten proxies. `scripts/simulate` runs many more, in release
/// mode.
@Suite struct ReportTests {
    @Test(arguments: [UInt64](1...3)) func `no transition is lost or out of order, and nobody dials what is gone`(
        seed: UInt64
    ) {
        let result = ReportRun(seed: seed).run()
        #expect(result.violation == nil, "\(result.violation?.description ?? ""), replay: \(result.replayCommand)")
        #expect(result.statistics.transitions > 0 && result.statistics.generations > 0)
    }

    @Test func `an agent may be killed at any point of any report`() {
        let result = ReportRun.everyMoment(seed: 1).run()
        #expect(result.violation == nil, "\(result.violation?.description ?? ""), replay: \(result.replayCommand)")
        #expect(result.statistics.kills == 63)
    }

    @Test func `a run of one seed does the same twice`() {
        let (first, second) = (ReportRun(proxies: 3, seed: 9).run(), ReportRun(proxies: 3, seed: 9).run())
        #expect(first.log == second.log && first.statistics == second.statistics && first.events == second.events)
    }

    /// The checks are worth something: each of these is noticed, by some of the first seeds.
    @Test(arguments: Mistake.allCases) func `what is done wrong on purpose is noticed`(mistake: Mistake) {
        let isNoticed = [UInt64](1...6).contains { ReportRun(seed: $0, mistake: mistake).run().violation != nil }
        #expect(isNoticed, "\(mistake)")
    }
}
