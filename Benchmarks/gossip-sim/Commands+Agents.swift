internal import FleetSimulation
internal import ReportSimulation

/// Agents beside the fleet: what they report, and who hears it.
extension Commands {
    func agents() -> Bool {
        let (nodes, seeds) = (arguments.int("nodes", 10), arguments.seeds(1...100))
        let mistake = arguments.word("mistake", of: Mistake.self)
        var (failed, totals, log) = (0, ReportStatistics.none, LogHash())
        for seed in seeds {
            let run =
                arguments.int("moments", 0) > 0
                ? ReportRun.everyMoment(seed: seed, mistake: mistake)
                : ReportRun(proxies: nodes, seed: seed, mistake: mistake)
            let result = run.run(transcript: seeds.count == 1 ? { print($0) } : nil)
            totals = totals + result.statistics
            log.combine(UInt64(result.events))
            guard let violation = result.violation else { continue }
            failed += 1
            print("FAILED seed \(seed) of \(nodes) nodes: \(violation)")
            print("  replay: \(result.replayCommand)")
        }
        print(
            "\(nodes) nodes, seeds \(seeds.lowerBound)..\(seeds.upperBound): \(failed) failed; \(totals.transitions) transitions "
                + "in \(totals.generations) generations, \(totals.kills) kills, \(totals.brokenStreams) broken streams, "
                + "\(totals.failedDials) of \(totals.dials) dials failed")
        print("log \(log)")
        return failed == 0
    }
}
