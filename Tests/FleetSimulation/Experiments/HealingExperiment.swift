internal import Gossip

/// How long a fleet that was cut in two takes to be one again.
package struct HealingExperiment {
    package struct Result: Sendable {
        /// From the end of the cut until everybody sees everybody, and all roots are equal.
        package var agreement = Distribution()
        package var unhealed = 0
        package var log = LogHash()
    }

    private static let settling: Span = .seconds(5)
    private static let patience: Span = .seconds(120)
    private static let look: Span = .milliseconds(100)

    package var hosts: Int
    package var cut: Span
    package var trials: Int
    package var seed: UInt64

    package init(hosts: Int, cut: Span, trials: Int, seed: UInt64) {
        (self.hosts, self.cut, self.trials, self.seed) = (hosts, cut, trials, seed)
    }

    package func run() -> Result {
        var result = Result()
        for trial in 0..<trials {
            var configuration = FleetConfiguration(hosts: hosts, seed: seed &+ UInt64(trial))
            configuration.isAcquainted = true
            configuration.checks = .local
            let start = Moment.zero + Self.settling
            configuration.schedule = FaultSchedule([
                Fault(.cut(Cut(.groups, places: (0..<hosts).map { $0 % 2 })), from: start, to: start + cut)
            ])
            let fleet = Fleet(configuration)
            fleet.run(until: start + cut)
            let end = fleet.now + Self.patience
            while fleet.viewDisagreement() != nil, fleet.now < end { fleet.run(until: fleet.now + Self.look) }
            if fleet.viewDisagreement() == nil {
                result.agreement.record(fleet.now - (start + cut))
            } else {
                result.unhealed += 1
            }
            result.log.combine(fleet.lastDraw())
        }
        return result
    }
}
