/// One member's gossip, without a socket: SWIM and Lifeguard, spread, facts, repair.
///
/// A value: whoever holds it gives it isolation, the time and what arrived, and carries out what it answers. Every
/// call is bounded by the size of its input and the number of members.
package struct GossipNode: Sendable {
    package enum Input: Sendable {
        /// Call at or after ``GossipNode/nextDeadline``.
        case timePassed
        /// Opened already; `sender` is what the seal proves.
        case datagramReceived([UInt8], from: MemberAddress, sender: ProcessID, keyID: UInt8)
        /// Learned here: an agent's report, a wake's result, a failed dial.
        case published(Fact)
        /// Discovery's latest answer, whole; contacts those that are no known member.
        case addressesFound([MemberAddress])
        case drainBegan, leaveWanted, resyncWanted
        case keysChanged(keyIDs: [UInt8], sending: UInt8)
        /// The answer to ``Action/pingOverStream(_:)``.
        case streamPinged(ProcessID, isAlive: Bool)
        case repairAnswered(MemberID, RepairAnswer), repairFailed(MemberID)
        /// Cards proven over an mTLS stream.
        case membersHeard([MemberCard])
    }

    package enum Action: Equatable, Sendable {
        /// Plaintext, at most ``GossipConfiguration/datagramBudget`` minus the overhead. `receiver` is `nil` at a first
        /// contact.
        case send([UInt8], to: MemberAddress, receiver: ProcessID?)
        case pingOverStream(MemberCard)
        case repair(MemberCard, RepairQuestion)
        /// New here, and not published here: apply to caches.
        case learned(Fact)
        /// Read `members` and `wakeCandidates` again.
        case membersChanged
        /// The leave has spread; the socket may close.
        case left
        case tell(GossipStory)
    }

    enum Timer: Equatable, Sendable {
        case probe
        case directTimeout(UInt32)
        case verdict(UInt32)
        case helpTimeout(UInt32)
        case suspicion(ProcessID)
        case reminder(ProcessID)
        case deadRetry
        case contact
        case spread
        case repairTimeout(UInt64)
        case sweep
        case left
    }

    enum Departure: Sendable { case none, leaving, gone }

    package let configuration: GossipConfiguration
    let hash: KeyedHash
    /// What I say of myself.
    package internal(set) var card: MemberCard
    let startedAt: GossipInstant
    let startEpoch: UInt64
    var dice: GossipDice

    /// Of the input being handled, and of the one before.
    var now: GossipInstant
    var lastHandled: GossipInstant
    var outbox: [Action] = []
    var timers = TimerHeap<Timer>()
    /// The spread's timer in the heap, so that it is there once.
    var spreadArmedAt = GossipInstant.never
    var hasMembersChanged = false

    // Membership/
    var table: MemberTable
    var traces: [ProcessID: MemberTrace] = [:]
    var suspicions: [ProcessID: Suspicion] = [:]
    /// When a member that is dead here was last told so.
    var warnedAt: [ProcessID: GossipInstant] = [:]
    /// Deaths of processes that nobody has introduced here yet.
    var obituaries = Obituaries()
    var departure = Departure.none
    var toldNameTaken: ProcessID?
    var wasAlone = true

    // Detection/
    var probe: Probe?
    var round: UInt32 = 0
    var sequence: UInt32
    var helped: [UInt32: HelpedProbe] = [:]
    var localHealth: LocalHealth
    var roundTrips = RoundTrips()
    var probeLoss = 0.0
    var nextProbeAt: GossipInstant

    // Contacts
    var contacts: [MemberAddress] = []
    var contactRounds = 0
    var isContacting = false

    // Facts/ and Spread/
    var facts: FactStore
    var digest: StateDigest
    var spread: SpreadQueue
    var recent: RecentIDs
    var pulls: PullDesk
    var newsBudget: TokenBucket
    var senderBudgets: [ProcessID: TokenBucket] = [:]

    // Repair/
    var repair: RepairSession?
    var repairCounter: UInt64 = 0
    var lastRepairBegan: GossipInstant?
    var lastAgreement: GossipInstant
    var hasSynced: Bool

    var count = GossipCounters()
    var lastMalformedTold: GossipInstant?

    /// - Parameters:
    ///   - card: this member; its process id is fresh, its incarnation at least 1.
    ///   - seed: of every choice this member makes.
    ///   - fleet: whom it knows already. Nobody, outside simulations.
    package init(
        _ configuration: GossipConfiguration, card: MemberCard, seed: UInt64, now: GossipInstant,
        knowing fleet: FleetSnapshot? = nil
    ) {
        self.configuration = configuration
        self.card = card
        self.now = now
        lastHandled = now
        hash = KeyedHash(key: configuration.hashKey)
        startedAt = now
        startEpoch = card.epoch
        dice = GossipDice(seed: seed)
        table = fleet?.table ?? MemberTable()
        digest = fleet?.digest ?? StateDigest()
        localHealth = LocalHealth(maximum: configuration.localHealthMaximum)
        facts = FactStore(hash: hash, factLimit: configuration.factLimit, floorLimit: configuration.floorLimit)
        spread = SpreadQueue(configuration)
        recent = RecentIDs(limit: configuration.recentIDLimit)
        pulls = PullDesk(delay: configuration.pullDelay, limit: configuration.pullLimit)
        newsBudget = TokenBucket(rate: configuration.newsRate, burst: configuration.newsBurst, now: now)
        // Random, so that an old answer does not vouch in a new run.
        sequence = UInt32(truncatingIfNeeded: dice.next())
        lastAgreement = now
        hasSynced = fleet != nil
        nextProbeAt = now + configuration.probeInterval * (Double(dice.below(1024)) / 1024)
        // A snapshot that names an earlier process of mine.
        if let old = table.slot(of: card.name), let other = table.card(old), other.process != card.process {
            digest.settleAtOnce(
                key: hash.memberKey(other.process), hash: 0 &- hash.memberState(other.process, other.incarnation))
            table.remove(old)
        }
        if table.slot(of: card.process) == nil {
            _ = table.insert(card, as: .alive, at: now)
            digest.settleAtOnce(
                key: hash.memberKey(card.process), hash: hash.memberState(card.process, card.incarnation))
        }
        wasAlone = isAlone
        timers.arm(.probe, at: nextProbeAt)
        timers.arm(.deadRetry, at: now + dice.jittered(configuration.deadRetryInterval, by: 0.5))
        timers.arm(.sweep, at: now + sweepInterval)
    }

    // MARK: - Driving

    package mutating func handle(_ input: Input, at now: GossipInstant, into actions: inout [Action]) {
        begin(at: now, taking: &actions)
        switch input {
        case .timePassed: fireTimers()
        case .datagramReceived(let bytes, let address, let sender, _): received(bytes, from: address, sender: sender)
        case .published(let fact): published(fact)
        case .addressesFound(let addresses): found(addresses)
        case .drainBegan: beginDrain()
        case .leaveWanted: beginLeave()
        case .resyncWanted: beginResync()
        case .keysChanged(let keyIDs, let sending): changeKeys(keyIDs, sending: sending)
        case .streamPinged(let process, let isAlive): streamPinged(process, isAlive: isAlive)
        case .repairAnswered(let member, let answer): repairAnswered(by: member, answer)
        case .repairFailed(let member): repairFailed(with: member)
        case .membersHeard(let cards): for card in cards { introduce(card, via: .stream) }
        }
        finish(giving: &actions)
    }

    package mutating func answer(
        _ question: RepairQuestion, at now: GossipInstant, into actions: inout [Action]
    ) -> RepairAnswer {
        begin(at: now, taking: &actions)
        let answer = answered(question)
        finish(giving: &actions)
        return answer
    }

    /// One heap holds them all.
    package var nextDeadline: GossipInstant { timers.next?.due ?? .never }

    private mutating func begin(at instant: GossipInstant, taking actions: inout [Action]) {
        // Time that runs backwards is somebody else's; it stands still here.
        now = max(now, instant)
        swap(&outbox, &actions)
        noticePause()
        digest.settle(at: now)
    }

    private mutating func finish(giving actions: inout [Action]) {
        flushNews()
        armSpread()
        dropSettledTimers()
        if hasMembersChanged {
            hasMembersChanged = false
            noticeSolitude()
            outbox.append(.membersChanged)
        }
        swap(&outbox, &actions)
    }

    mutating func tell(_ story: GossipStory) { outbox.append(.tell(story)) }
}
