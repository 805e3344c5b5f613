internal import FleetSimulation
internal import Testing

@Suite struct DeterminismTests {
    @Test(arguments: [UInt64](1...4)) func `a seed run twice does the same twice`(seed: UInt64) {
        let first = SeedRun(hosts: 5, seed: seed).run(seed: seed)
        let second = SeedRun(hosts: 5, seed: seed).run(seed: seed)
        #expect(first.log == second.log, "replay: \(first.replayCommand)")
        #expect(first.lastDraw == second.lastDraw)
        #expect(first.events == second.events)
    }

    @Test func `different seeds do different things`() {
        let logs = (1...4).map { SeedRun(hosts: 3, seed: $0).run(seed: $0).log }
        #expect(Set(logs).count == logs.count)
    }

    @Test func `a schedule is drawn from the seed alone, and printed`() {
        let one = SeedRun(hosts: 5, seed: 7).configuration.schedule
        #expect(one == SeedRun(hosts: 5, seed: 7).configuration.schedule)
        #expect(one != SeedRun(hosts: 5, seed: 8).configuration.schedule)
        #expect(one.faults.allSatisfy { !$0.description.isEmpty })
    }
}
