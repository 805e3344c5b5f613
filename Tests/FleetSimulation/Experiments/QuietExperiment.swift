internal import Gossip

/// A fleet in which nothing happens: what it costs, and whom it wrongly declares dead.
package struct QuietExperiment {
    package struct Result: Sendable {
        package var suspicions = 0
        package var falseVerdicts = 0
        package var memberHours = 0.0
        package var bytesPerSecondAndMember = 0.0
        package var datagramsPerSecondAndMember = 0.0
        package var streamCallsPerHourAndMember = 0.0
        package var events = 0
        package var log = LogHash()
    }

    private static let settling: Span = .seconds(20)

    package var hosts: Int
    package var loss: Double
    package var length: Span
    package var seed: UInt64

    package init(hosts: Int, loss: Double, length: Span, seed: UInt64) {
        (self.hosts, self.loss, self.length, self.seed) = (hosts, loss, length, seed)
    }

    /// - Parameter progress: told every virtual hour.
    package func run(progress: ((Int) -> Void)? = nil) -> Result {
        var configuration = FleetConfiguration(hosts: hosts, seed: seed)
        configuration.isAcquainted = true
        configuration.checks = .local
        configuration.profile.loss = loss
        let fleet = Fleet(configuration)
        var result = Result()
        fleet.told = { _, story, _ in
            switch story {
            case .memberSuspected: result.suspicions += 1
            case .memberDied: result.falseVerdicts += 1
            default: break
            }
        }
        fleet.run(until: .zero + Self.settling)
        let before = fleet.totalTraffic
        let end = fleet.now + length
        var hours = 0
        while fleet.now < end {
            fleet.run(until: min(end, fleet.now + .seconds(3_600)))
            hours += 1
            progress?(hours)
        }
        let traffic = fleet.totalTraffic - before
        let memberSeconds = length.seconds * Double(hosts)
        result.memberHours = memberSeconds / 3_600
        result.bytesPerSecondAndMember = Double(traffic.bytes) / memberSeconds
        result.datagramsPerSecondAndMember = Double(traffic.datagrams) / memberSeconds
        result.streamCallsPerHourAndMember = Double(traffic.streamCalls) / result.memberHours
        (result.events, result.log) = (fleet.eventCount, fleet.log)
        return result
    }
}
