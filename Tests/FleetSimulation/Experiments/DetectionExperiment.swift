internal import Gossip

/// How long a fleet takes to notice that one of it was killed.
package struct DetectionExperiment {
    package struct Result: Sendable {
        package var firstSuspicion = Distribution()
        package var firstVerdict = Distribution()
        package var everybody = Distribution()
        /// Verdicts about members that lived.
        package var falseVerdicts = 0
        package var unnoticed = 0
        package var log = LogHash()
    }

    private static let settling: Span = .seconds(10)
    private static let patience: Span = .seconds(60)

    package var hosts: Int
    package var loss: Double
    package var trials: Int
    package var seed: UInt64

    package init(hosts: Int, loss: Double, trials: Int, seed: UInt64) {
        (self.hosts, self.loss, self.trials, self.seed) = (hosts, loss, trials, seed)
    }

    package func run() -> Result {
        var result = Result()
        for trial in 0..<trials { kill(inFleetOf: seed &+ UInt64(trial), &result) }
        return result
    }

    private func kill(inFleetOf seed: UInt64, _ result: inout Result) {
        var configuration = FleetConfiguration(hosts: hosts, seed: seed)
        configuration.isAcquainted = true
        configuration.checks = .local
        configuration.profile.loss = loss
        let victim = hosts - 1
        // Within a probe's round: the moment matters.
        let killed = Moment.zero + Self.settling + .milliseconds(Dice.mixed(seed) % 1_000)
        configuration.schedule = FaultSchedule([
            Fault(.loss(share: 0), from: killed, to: killed)
        ])
        let fleet = Fleet(configuration)
        let name = fleet.members[victim].name
        var (suspected, died): (Moment?, Moment?)
        var (falseVerdicts, verdicts) = (0, 0)
        var last = Moment.never
        fleet.told = { _, story, moment in
            switch story {
            case .memberSuspected(name, _, _, _) where moment >= killed: suspected = suspected ?? moment
            case .memberDied(name, _, _) where moment >= killed:
                died = died ?? moment
                verdicts += 1
                last = moment
            case .memberDied: falseVerdicts += 1
            default: break
            }
        }
        fleet.run(until: killed)
        fleet.endProcess(on: victim, because: "killed")
        let end = killed + Self.patience
        while verdicts < hosts - 1, fleet.now < end { fleet.run(until: fleet.now + .milliseconds(100)) }
        if let suspected { result.firstSuspicion.record(suspected - killed) }
        if let died { result.firstVerdict.record(died - killed) }
        if verdicts >= hosts - 1 { result.everybody.record(last - killed) } else { result.unnoticed += 1 }
        result.falseVerdicts += falseVerdicts
        result.log.combine(fleet.lastDraw())
    }
}
