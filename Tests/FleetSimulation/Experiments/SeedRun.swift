/// One run of a sweep: a fleet, its faults and its workload all drawn from one seed, checked to the end.
package struct SeedRun: Sendable {
    /// Faults begin after the fleet has had time to form, mostly.
    private static let faultsBegin: Span = .seconds(3)
    /// After the last fault, agreement must come within this.
    package static let agreementLimit: Span = .seconds(60)
    /// Agreement must then last this long.
    private static let calm: Span = .seconds(5)
    private static let look: Span = .milliseconds(250)
    /// Bytes a second and member, with headers, while nothing happens.
    private static let idleLimit = 1_500.0

    package struct Result: Sendable {
        package var seed: UInt64
        package var hosts: Int
        package var violation: Violation?
        package var events: Int
        package var log: LogHash
        package var lastDraw: UInt64
        /// From the end of the last fault to lasting agreement.
        package var agreement: Span?
        /// What they disagreed about last.
        package var lastDifference: String?
        package var virtualTime: Moment
        package var schedule: FaultSchedule

        package var replayCommand: String { "scripts/replay-seed \(hosts) \(seed)" }
    }

    package private(set) var configuration: FleetConfiguration

    package init(hosts: Int, seed: UInt64) {
        // The seed's own dice, told apart from those of the fleet by size: 7 of 10 hosts is not 7 of 5.
        var dice = Dice(seed: Dice.mixed(seed &+ 0x5eed) ^ UInt64(hosts))
        var configuration = FleetConfiguration(hosts: hosts, seed: dice.next())
        configuration.profile = .draw(dice: &dice)
        configuration.endpoints = 1 + dice.index(below: 6)
        configuration.isAcquainted = dice.chance(0.25)
        configuration.startWithin = .seconds(dice.logUniform(0.01, 2))
        let faultsEnd = Moment.zero + Self.faultsBegin + .seconds(hosts > 20 ? 15 : dice.logUniform(5, 60))
        configuration.workloadEnd = faultsEnd
        configuration.schedule = .draw(
            hosts: hosts, endpoints: configuration.endpoints, from: .zero + Self.faultsBegin, to: faultsEnd,
            dice: &dice)
        configuration.clientInterval = .seconds(dice.logUniform(0.02, 1))
        configuration.transitionInterval = .seconds(dice.logUniform(0.5, 8))
        if hosts > 200 { configuration.checks = .local }
        self.configuration = configuration
    }

    /// The same run with fewer faults, and still with a violation: each is left out if that changes nothing about it.
    ///
    /// - Returns: which faults of the full schedule are not needed; `nil` when nothing is wrong to begin with.
    package func needlessFaults(seed: UInt64) -> [Int]? {
        guard run(seed: seed).violation != nil else { return nil }
        var needless: [Int] = []
        for number in configuration.schedule.faults.indices.reversed() {
            if leavingOut(needless + [number]).run(seed: seed).violation != nil { needless.append(number) }
        }
        return needless.sorted()
    }

    /// - Parameter faults: places in the full schedule. A fault left out still takes its time, and nothing happens.
    package func leavingOut(_ faults: [Int]) -> SeedRun {
        var shorter = self
        for number in faults where configuration.schedule.faults.indices.contains(number) {
            shorter.configuration.schedule.faults[number].kind = .loss(share: 0)
        }
        return shorter
    }

    package func run(seed: UInt64, transcript: ((String) -> Void)? = nil) -> Result {
        let fleet = Fleet(configuration)
        fleet.transcript = transcript
        if let transcript {
            for fault in configuration.schedule.faults { transcript("fault \(fault)") }
            transcript("profile \(configuration.profile)")
        }
        fleet.run(until: max(configuration.workloadEnd, fleet.lastFaultEnd))
        // Key rotation may last longer than its fault.
        fleet.run(until: fleet.lastFaultEnd)
        var lastDifference: String?
        let agreement = agree(fleet, lastDifference: &lastDifference)
        if agreement != nil {
            fleet.proveWaking()
            var ignored: String?
            _ = agree(fleet, lastDifference: &ignored)
        }
        return Result(
            seed: seed, hosts: configuration.hosts, violation: fleet.violations.first, events: fleet.eventCount,
            log: fleet.log, lastDraw: fleet.lastDraw(), agreement: agreement, lastDifference: lastDifference,
            virtualTime: fleet.now,
            schedule: configuration.schedule)
    }

    /// Runs until everybody agrees and has agreed for a while.
    private func agree(_ fleet: Fleet, lastDifference: inout String?) -> Span? {
        let faultless = fleet.now
        var difference: String?
        var since: Moment?
        var traffic = Traffic()
        while fleet.violations.isEmpty {
            difference = fleet.disagreement()
            if let difference { (since, lastDifference) = (nil, difference) }
            if difference == nil, since == nil { (since, traffic) = (fleet.now, fleet.totalTraffic) }
            if let since, fleet.now - since >= Self.calm {
                let bytes = Double((fleet.totalTraffic - traffic).bytes) / Double(configuration.hosts)
                let rate = bytes / (fleet.now - since).seconds
                if rate > Self.idleLimit {
                    fleet.violate(nil, "each member sends \(Int(rate)) B/s with nothing to say")
                }
                return since - faultless
            }
            if since == nil, fleet.now - faultless > Self.agreementLimit {
                fleet.violate(nil, "no agreement \(Self.agreementLimit) s after the last fault: \(difference ?? "")")
                return nil
            }
            fleet.run(until: fleet.now + Self.look)
        }
        return nil
    }
}

extension Fleet {
    /// One more draw of the dice: a rerun must repeat it.
    package func lastDraw() -> UInt64 { dice.next() ^ processDice.next() }
}
