internal import Gossip

/// How long a fact published at one member takes to reach every other.
package struct SpreadExperiment {
    package struct Result: Sendable {
        /// Until the last member had it, one value per message.
        package var everybody = Distribution()
        /// One value per message and member.
        package var each = Distribution()
        package var undelivered = 0
        package var datagramsPerMessageAndMember = 0.0
        package var bytesPerMessageAndMember = 0.0
        package var events = 0
        package var log = LogHash()
    }

    private static let settling: Span = .seconds(10)
    private static let patience: Span = .seconds(5)

    package var hosts: Int
    package var loss: Double
    package var messages: Int
    package var interval: Span = .milliseconds(200)
    package var seed: UInt64

    package init(hosts: Int, loss: Double, messages: Int, seed: UInt64) {
        (self.hosts, self.loss, self.messages, self.seed) = (hosts, loss, messages, seed)
    }

    package func run() -> Result {
        var configuration = FleetConfiguration(hosts: hosts, seed: seed)
        configuration.isAcquainted = true
        configuration.checks = .local
        configuration.profile.loss = loss
        let fleet = Fleet(configuration)
        var dice = Dice(seed: seed ^ 0x5b7ead)
        var result = Result()
        var published: [Moment] = Array(repeating: .never, count: messages)
        var missing = Array(repeating: hosts - 1, count: messages)
        fleet.factLearned = { _, fact, moment in
            guard case .endpoint(let fact) = fact else { return }
            let number = Int(fact.version.generation) - 1
            missing[number] -= 1
            result.each.record(moment - published[number])
            if missing[number] == 0 { result.everybody.record(moment - published[number]) }
        }
        fleet.looked = { fleet, number in
            published[number] = fleet.now
            fleet.publish(.endpoint(Self.fact(number)), at: dice.index(below: hosts))
        }
        let start = Moment.zero + Self.settling
        for number in 0..<messages { fleet.look(number, at: start + interval * Double(number)) }
        let end = start + interval * Double(messages)
        // What the fleet sends anyway, to be taken off.
        fleet.run(until: .zero + Self.settling * 0.5)
        let early = fleet.totalTraffic
        fleet.run(until: start)
        let idle = fleet.totalTraffic - early
        let before = fleet.totalTraffic
        fleet.run(until: end)
        let during = fleet.totalTraffic - before
        fleet.run(until: end + Self.patience)
        let share = (end - start).seconds / (Self.settling * 0.5).seconds
        let scale = Double(messages * hosts)
        result.datagramsPerMessageAndMember = (Double(during.datagrams) - Double(idle.datagrams) * share) / scale
        result.bytesPerMessageAndMember = (Double(during.bytes) - Double(idle.bytes) * share) / scale
        result.undelivered = missing.reduce(0, +)
        (result.events, result.log) = (fleet.eventCount, fleet.log)
        return result
    }

    private static func fact(_ number: Int) -> EndpointFact {
        let name = "ep-\(number % 64)"
        guard let endpoint = EndpointName(name) else { preconditionFailure("\(name) is a name") }
        let place = ComputePlace(
            address: "10.20.30.\(number % 256):5432", serverName: "compute-\(number).demo.internal",
            computeID: "compute-\(number)")
        return EndpointFact(
            endpoint: endpoint, version: FactVersion(generation: UInt64(number) + 1, sequence: 1),
            phase: .running(place))
    }
}
