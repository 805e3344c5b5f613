package import FleetSimulation

/// A fleet, its agents, and all that goes wrong with them, drawn from one seed and checked to the end.
package struct ReportRun: Sendable {
    private static let faultsBegin: Span = .seconds(2)
    /// After the last fault, agreement must come within this.
    private static let agreementLimit: Span = .seconds(60)
    /// It must then last this long, with somebody dialling all the time.
    private static let calm: Span = .seconds(1)
    private static let look: Span = .milliseconds(250)
    /// Faults that make gossip itself lie, or that are about what is not here.
    private static let families = FaultSchedule.Family.allCases.filter {
        ![.bitFlips, .controlPlane, .computes].contains($0)
    }

    package struct Result: Sendable {
        package var violation: Violation?
        package var statistics: ReportStatistics
        package var events: Int
        package var log: LogHash
        package var replayCommand: String
    }

    package var configuration: ReportConfiguration
    private let seed: UInt64

    package init(proxies: Int = 10, seed: UInt64, mistake: Mistake? = nil) {
        self.seed = seed
        var dice = Dice(seed: Dice.mixed(seed &+ 0xa6e7) ^ UInt64(proxies))
        var fleet = FleetConfiguration(hosts: proxies, seed: dice.next())
        fleet.profile = .draw(dice: &dice)
        fleet.isAcquainted = dice.chance(0.5)
        fleet.startWithin = .milliseconds(500)
        let end = Moment.zero + Self.faultsBegin + .seconds(dice.logUniform(4, 15))
        fleet.schedule = .draw(
            hosts: proxies, endpoints: 0, from: .zero + Self.faultsBegin, to: end, among: Self.families, dice: &dice)
        fleet.workloadEnd = end
        var configuration = ReportConfiguration(fleet: fleet)
        configuration.mistake = mistake
        configuration.agents = 3 + dice.index(below: 8)
        configuration.killShare = dice.logUniform(0.01, 0.2)
        configuration.pace = .seconds(dice.logUniform(0.02, 0.5))
        if dice.chance(0.7) { configuration.cutInterval = .seconds(dice.logUniform(0.5, 5)) }
        self.configuration = configuration
    }

    /// Nothing goes wrong but that agents are killed, one at each point of each report of a life from start to end.
    package static func everyMoment(seed: UInt64, mistake: Mistake? = nil) -> ReportRun {
        var run = ReportRun(seed: seed, mistake: mistake)
        run.configuration.fleet.schedule = .none
        run.configuration.fleet.workloadEnd = .zero + .seconds(4)
        run.configuration.cutInterval = .zero
        run.configuration.pace = .milliseconds(100)
        let points: [KillPoint] = [
            .beforeWriting, .whileWriting(share: 0), .whileWriting(share: 0.5), .whileWriting(share: 0.999), .written,
            .toldTheFleet, .toldAll,
        ]
        run.configuration.kills = (1...ReportConfiguration.plainLife(at: 0).count).flatMap { report in
            points.map { (report, $0) }
        }
        run.configuration.agents = run.configuration.kills.count
        return run
    }

    package func run(transcript: ((String) -> Void)? = nil) -> Result {
        let reports = ReportFleet(configuration)
        let fleet = reports.fleet
        fleet.transcript = transcript
        if let transcript {
            for fault in configuration.fleet.schedule.faults { transcript("fault \(fault)") }
        }
        fleet.run(until: max(configuration.fleet.workloadEnd, fleet.lastFaultEnd))
        fleet.run(until: fleet.lastFaultEnd)
        reports.settle(within: Self.agreementLimit, for: Self.calm, lookingEvery: Self.look)
        let nodes = configuration.fleet.hosts
        return Result(
            violation: fleet.violations.first, statistics: reports.statistics, events: fleet.eventCount, log: fleet.log,
            replayCommand: "scripts/replay-seed \(nodes) \(seed) \(configuration.kills.isEmpty ? "agents" : "moments")")
    }
}

extension ReportFleet {
    /// Runs until everybody has known the truth for a while.
    fileprivate func settle(within limit: Span, for calm: Span, lookingEvery look: Span) {
        isCalm = true
        let end = fleet.now + limit
        while fleet.violations.isEmpty {
            guard let difference = disagreement() else { break }
            if fleet.now > end { return fleet.violate(nil, "no agreement after \(limit) s: \(difference)") }
            fleet.run(until: fleet.now + look)
        }
        hasAgreed = true
        fleet.run(until: fleet.now + calm)
        guard fleet.violations.isEmpty else { return }
        if let difference = disagreement() { return fleet.violate(nil, "agreed no longer: \(difference)") }
        for agent in agents { check(agent.number, generation: agent.generation) }
    }
}
