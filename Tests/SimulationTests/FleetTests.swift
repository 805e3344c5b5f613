internal import FleetSimulation
internal import Testing

/// Whole fleets by seed. `scripts/simulate` runs thousands more, in release mode.
@Suite struct FleetTests {
    @Test(arguments: [UInt64](100...111)) func `a fleet of three keeps every promise`(seed: UInt64) {
        expectSound(hosts: 3, seed: seed)
    }

    @Test(arguments: [UInt64](200...205)) func `a fleet of seven keeps every promise`(seed: UInt64) {
        expectSound(hosts: 7, seed: seed)
    }

    @Test func `a fact reaches all twenty members within 50 ms, one datagram in twenty lost`() {
        let result = SpreadExperiment(hosts: 20, loss: 0.05, messages: 20, seed: 3).run()
        #expect(result.undelivered == 0)
        #expect(result.everybody.percentiles([0.9])[0] < .milliseconds(50), "\(result.everybody.summary)")
    }

    @Test func `a killed member is known for dead by all within 4 s, and nobody else is`() {
        let result = DetectionExperiment(hosts: 10, loss: 0, trials: 2, seed: 5).run()
        #expect(result.unnoticed == 0)
        #expect(result.falseVerdicts == 0)
        #expect(result.everybody.percentiles([1])[0] < .seconds(4), "\(result.everybody.summary)")
    }

    private func expectSound(hosts: Int, seed: UInt64) {
        let result = SeedRun(hosts: hosts, seed: seed).run(seed: seed)
        #expect(result.violation == nil, "\(result.violation?.description ?? ""), replay: \(result.replayCommand)")
    }
}
