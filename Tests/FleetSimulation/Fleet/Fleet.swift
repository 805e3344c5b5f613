package import Gossip

/// A whole fleet in one thread on virtual time: proxies with the very core that production runs, their network, the
/// agents, the clients and the control plane, and what goes wrong with them.
///
/// Everything follows from ``FleetConfiguration``: the same one gives the same events, actions and ``log``.
package final class Fleet {
    package let configuration: FleetConfiguration
    package internal(set) var now: Moment = .zero
    package internal(set) var log = LogHash()
    package internal(set) var violations: [Violation] = []
    package internal(set) var eventCount = 0
    /// Told one line per event and action; for a replay to be read.
    package var transcript: ((String) -> Void)?
    /// Told of every fact that was new to a proxy.
    package var factLearned: ((_ host: Int, _ fact: Fact, _ at: Moment) -> Void)?
    /// Told when a proxy's list of members has changed.
    package var membersChanged: ((_ host: Int, _ at: Moment) -> Void)?
    /// Told of every line a core wants logged.
    package var told: ((_ host: Int, _ story: GossipStory, _ at: Moment) -> Void)?
    /// Told when a proxy ends, or sends all agents away to come back and report anew.
    package var agentsLost: ((_ host: Int) -> Void)?
    /// An experiment's own events.
    package var looked: ((_ fleet: Fleet, _ number: Int) -> Void)?

    package var members: [SimulatedMember] = []
    var queue = EventQueue<FleetEvent>()
    var network: Network
    var addresses = AddressBook()
    var names: NameService
    var dice: Dice
    var processDice: Dice
    var calls = CallTable()
    var workload: Workload
    /// What a member's first process knows from the start, in a fleet that is acquainted.
    var acquaintances: FleetSnapshot?
    /// When the key rotation under way, if one is, will have ended.
    var keysTurnUntil: Moment = .zero
    private var eventsOfMoment = 0
    /// More than this at one moment is a loop: somebody always wants to be called at once.
    private static let eventsOfMomentLimit = 200_000
    /// Buffers for actions, one per nested `handle`.
    var spareActions: [[GossipNode.Action]] = []
    /// Faults under way that make a check meaningless, counted by what they spoil.
    var isBitFlipping = 0
    package internal(set) var bitFlipsSeen = 0
    package internal(set) var activeFaults = 0
    /// Nothing is wrong, everybody agrees: waking must be perfect.
    package var isProving = false
    package internal(set) var lastFaultEnd: Moment = .zero
    /// Datagrams that nobody opened: another cluster's address, an unknown key, an earlier process.
    package internal(set) var unopened = 0

    package init(_ configuration: FleetConfiguration) {
        self.configuration = configuration
        var seeds = Dice(seed: configuration.seed)
        network = Network(profile: configuration.profile, seed: seeds.next())
        names = NameService(seed: seeds.next())
        dice = seeds.fork()
        processDice = seeds.fork()
        workload = Workload(endpoints: configuration.endpoints, seed: seeds.next())
        members.reserveCapacity(configuration.hosts)
        for host in 0..<configuration.hosts {
            let clock = HostClock(base: dice.span(.seconds(1), .seconds(1_000_000)))
            members.append(SimulatedMember(host: host, address: addresses.assign(host), clock: clock))
            members[host].process = ProcessID(bits: processDice.next() | 1)
            members[host].keepsProcessID = true
            let start =
                host == 0 || configuration.isAcquainted
                ? Moment.zero : .zero + dice.span(.zero, configuration.startWithin)
            queue.schedule(.processDue(host: host, life: 0), at: start)
        }
        if configuration.isAcquainted { acquaintances = formFleet() }
        for (number, fault) in configuration.schedule.faults.enumerated() {
            queue.schedule(.faultBegan(number), at: fault.start)
            queue.schedule(.faultEnded(number), at: fault.end)
            lastFaultEnd = max(lastFaultEnd, fault.end)
        }
        beginWorkload()
    }

    // MARK: - Running

    /// Runs all that happens up to this moment, or until something must never happen and did.
    package func run(until end: Moment) {
        while violations.isEmpty, let next = queue.nextMoment, next <= end, step() {}
        if violations.isEmpty { now = max(now, end) }
    }

    /// - Returns: false when nothing is left to happen.
    @discardableResult
    package func step() -> Bool {
        guard let (at, event) = queue.next() else { return false }
        eventCount += 1
        eventsOfMoment = at == now ? eventsOfMoment + 1 : 0
        now = at
        if eventsOfMoment > Self.eventsOfMomentLimit {
            violate(nil, "time stands still: \(event)")
            return false
        }
        happen(event)
        return true
    }

    private func happen(_ event: consuming FleetEvent) {
        switch consume event {
        case .datagramArrived(let datagram): arrive(datagram)
        case .timerFired(let host, let token): timerFired(at: host, token: token)
        case .inboxDue(let host, let life): serveInbox(of: host, life: life)
        case .namesDue(let host, let life): resolve(for: host, life: life)
        case .processDue(let host, let life): if members[host].life == life { startProcess(on: host) }
        case .faultBegan(let number): beginFault(number)
        case .faultEnded(let number): endFault(number)
        case .keysDue(let step, let host): turnKeys(step: step, of: host)
        case .callArrived(let call): arrive(call)
        case .answerArrived(let call, let answer): arrive(answer, of: call)
        case .callBroke(let call): callBroke(call)
        case .workload(let event): happen(event)
        case .looked(let number): looked?(self, number)
        }
    }

    package func schedule(_ event: FleetEvent, after delay: Span) {
        queue.schedule(event, at: now + delay)
    }

    package func look(_ number: Int, at moment: Moment) {
        queue.schedule(.looked(number), at: moment)
    }

    // MARK: - Writing down

    func note(_ kind: UInt64, host: Int) {
        log.combine(now.nanoseconds)
        log.combine(kind << 32 | UInt64(host))
    }

    package func say(_ host: Int?, _ text: @autoclosure () -> String) {
        guard let transcript else { return }
        transcript("\(now) \(host.map { "#\($0)" } ?? "-") \(text())")
    }

    package func violate(_ host: Int?, _ text: String) {
        say(host, "VIOLATION: \(text)")
        violations.append(Violation(moment: now, host: host, text: text))
    }
}
