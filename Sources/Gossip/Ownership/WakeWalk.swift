/// Takes one question to the owner, and on evidence from there down the ranks until somebody answers; oneself at the
/// latest (facts: gossip §4.2 to §4.4).
///
/// ```
///  asking ──owner lost, gone, quiet, doubted──▶ asking (the next rank, flagged) ──…──▶ executing (me) ──▶ finished
///    │  └─redirected once─▶ asking (who was named)                                        ▲
///    └──────────────────────────── I am the next rank ─────────────────────────────────────┘
/// ```
///
/// Nobody who was asked is hung up on: whoever answers first ends the walk. A second question is put
/// - at once when the asked one is lost or no member any more; those who wait for the same dead owner spread themselves
///   over ``WakeConfiguration/reaskJitter``,
/// - at once when the asked one is suspect, or began to drain before it gave a sign of life,
/// - when two beats, or an unusually late first one, are missed.
///
/// The latter two may be wrong, so they take from the budget of ``WakeHedging``; and whoever is asked second looks for
/// the first one's flight before it wakes (``WakeTakeover``). A walk that was granted one hedge goes on down the ranks.
package struct WakeWalk<Location: WakeLocation, Failure: WakeRefusal>: Sendable {
    package typealias Outcome = WakeOutcome<Location, Failure>

    package enum Input: Equatable, Sendable {
        case begun
        case beatHeard(MemberID, WakeKey?)
        case answered(MemberID, Outcome)
        case redirected(by: MemberID, to: MemberID)
        /// Refused, reset, ended without an outcome, or there is no way there.
        case streamReset(MemberID)
        case membersChanged(WakeView)
        /// This member's own flight has ended.
        case executed(Outcome)
        /// At or after ``dueAt``.
        case timePassed
    }

    package enum Action: Equatable, Sendable {
        case ask(MemberID, WakeCall)
        /// Join or start this member's own flight, looking first for those of `takingOverFrom`.
        case execute(WakeKey, takingOverFrom: [MemberID])
        case finish(Outcome)
    }

    private struct Asked: Sendable {
        enum Standing: Equatable, Sendable {
            case lively
            /// Keeps still longer than it may. Its answer still counts.
            case quiet
            /// Nobody there.
            case lost
            /// Named somebody else. May be asked again: with the hop limit reached, it answers by itself.
            case referred
        }

        var member: MemberID
        var watch: BeatWatch
        var standing = Standing.lively
    }

    private enum Phase: Equatable, Sendable {
        /// Next: `asking`, `executing`.
        case idle
        /// Next: `executing`, `finished`.
        case asking
        /// Next: `finished`.
        case executing
        case finished
    }

    private let configuration: WakeConfiguration
    private let endpoint: EndpointName
    private let deadline: GossipInstant
    private var view: WakeView
    private var phase = Phase.idle
    /// In order of asking; each member once.
    private var asked: [Asked] = []
    private var hops: UInt32 = 0
    /// The budget has granted this walk its hedge.
    private var isGranted = false
    /// When the next rank is asked, after everybody asked was lost.
    private var reaskAt: GossipInstant?
    /// When the budget is asked again.
    private var hedgeAt: GossipInstant?
    /// Since when others are asked because nobody asked before them is lively.
    private var forsakenSince: GossipInstant?

    /// Under which question the wake goes, raised by what the asked ones say.
    package private(set) var key: WakeKey

    package init(
        _ configuration: WakeConfiguration, endpoint: EndpointName, key: WakeKey, deadline: GossipInstant,
        view: WakeView
    ) {
        self.configuration = configuration
        self.endpoint = endpoint
        self.key = key
        self.deadline = deadline
        self.view = view
    }

    package var isFinished: Bool { phase == .finished }

    /// When ``Input/timePassed`` is due, `nil` for never.
    package var dueAt: GossipInstant? {
        switch phase {
        case .idle, .finished: nil
        case .executing: deadline
        case .asking:
            ([deadline, reaskAt, hedgeAt] + asked.map { $0.standing == .lively ? $0.watch.due : nil })
                .compactMap(\.self).min()
        }
    }

    package mutating func handle(
        _ input: Input, at now: GossipInstant, hedging: inout WakeHedging, using dice: inout some RandomNumberGenerator,
        into actions: inout [Action]
    ) {
        switch (phase, input) {
        case (.finished, _): return
        case (.idle, .begun):
            phase = .asking
            askNext(at: now, hedging: &hedging, into: &actions)
        // A word before the first, or a second first: a shell's mistake that changes nothing.
        case (.idle, _), (_, .begun): return
        case (_, .answered(let member, let outcome)):
            firstHeard(from: member, at: now, hedging: &hedging)
            finish(outcome, into: &actions)
        case (_, .executed(let outcome)):
            finish(outcome, into: &actions)
        case (_, .timePassed) where deadline <= now:
            finish(.failed(.outOfTime), into: &actions)
        case (_, .beatHeard(let member, let heard)):
            beatHeard(from: member, heard, at: now, hedging: &hedging)
        case (_, .membersChanged(let view)):
            self.view = view
            reconsider(at: now, hedging: &hedging, using: &dice, into: &actions)
        case (.asking, .redirected(let member, let owner)):
            redirected(by: member, to: owner, at: now, hedging: &hedging, using: &dice, into: &actions)
        case (.asking, .streamReset(let member)):
            note(member, .lost)
            reconsider(at: now, hedging: &hedging, using: &dice, into: &actions)
        case (.asking, .timePassed):
            reconsider(at: now, hedging: &hedging, using: &dice, into: &actions)
        // One's own flight is on its way; it needs nobody else.
        case (.executing, .redirected), (.executing, .streamReset), (.executing, .timePassed): return
        }
    }

    // MARK: - Hearing

    private mutating func beatHeard(
        from member: MemberID, _ heard: WakeKey?, at now: GossipInstant, hedging: inout WakeHedging
    ) {
        guard let index = asked.firstIndex(where: { $0.member == member }), asked[index].standing != .lost,
            asked[index].standing != .referred
        else { return }
        firstHeard(from: member, at: now, hedging: &hedging)
        asked[index].watch.heard(at: now, configuration)
        asked[index].standing = .lively
        forsakenSince = nil
        // Whoever wakes in its place asks the control plane the very same question.
        if let heard { key = max(key, heard) }
    }

    private func firstHeard(from member: MemberID, at now: GossipInstant, hedging: inout WakeHedging) {
        guard let first = asked.first(where: { $0.member == member }), first.watch.heardAt == nil else { return }
        hedging.firstBeatCame(after: first.watch.since.duration(to: now))
    }

    private mutating func redirected(
        by member: MemberID, to owner: MemberID, at now: GossipInstant, hedging: inout WakeHedging,
        using dice: inout some RandomNumberGenerator, into actions: inout [Action]
    ) {
        guard asked.contains(where: { $0.member == member }) else { return }
        guard hops < WakeCall.hopLimit, owner != member else {
            // It was asked to answer by itself: not a member to rely on.
            note(member, .lost)
            return reconsider(at: now, hedging: &hedging, using: &dice, into: &actions)
        }
        hops += 1
        note(member, .referred)
        switch asked.first(where: { $0.member == owner })?.standing {
        // Already asked, and not given up: its answer is waited for.
        case .lively: return
        // It can be reached from there, if from anywhere.
        case .quiet, .lost, .referred: ask(member, at: now, hedging: &hedging, into: &actions)
        case nil where owner != view.me: ask(owner, at: now, hedging: &hedging, into: &actions)
        // It has not heard yet that this member leaves.
        case nil where view.isDraining: ask(member, at: now, hedging: &hedging, into: &actions)
        case nil: execute(into: &actions)
        }
    }

    private mutating func note(_ member: MemberID, _ standing: Asked.Standing) {
        guard let index = asked.firstIndex(where: { $0.member == member }) else { return }
        asked[index].standing = standing
    }

    // MARK: - Deciding

    /// Looks at everybody who was asked, and asks somebody else if there is reason to.
    private mutating func reconsider(
        at now: GossipInstant, hedging: inout WakeHedging, using dice: inout some RandomNumberGenerator,
        into actions: inout [Action]
    ) {
        guard phase == .asking else { return }
        for index in asked.indices where asked[index].standing == .lively {
            if asked[index].watch.look(at: now, configuration) == .quiet { asked[index].standing = .quiet }
        }
        if asked.contains(where: { $0.standing == .lively && !isGone($0, at: now) }) {
            (reaskAt, hedgeAt) = (nil, nil)
            hedgeIfDoubted(at: now, hedging: &hedging, into: &actions)
            return
        }
        if asked.allSatisfy({ isGone($0, at: now) }) {
            reask(at: now, hedging: &hedging, using: &dice, into: &actions)
        } else if isGranted || hedging.takeHedge(at: now) {
            isGranted = true
            askNext(at: now, hedging: &hedging, into: &actions)
        } else {
            // Gone a moment ago, and back: what was about to be asked in its place is not due any more.
            (reaskAt, hedgeAt) = (nil, now + configuration.beat)
        }
    }

    /// Nobody is there any more. The wait is short, and none when oneself is next.
    private mutating func reask(
        at now: GossipInstant, hedging: inout WakeHedging, using dice: inout some RandomNumberGenerator,
        into actions: inout [Action]
    ) {
        if let reaskAt, now < reaskAt { return }
        if reaskAt == nil, nextRank != nil, nextRank != view.me {
            let bound = UInt64(max(configuration.reaskJitter.wholeNanoseconds, 1))
            reaskAt = now + .nanoseconds(Int64(clamping: dice.next() % bound))
            hedgeAt = nil
            if let reaskAt, now < reaskAt { return }
        }
        askNext(at: now, hedging: &hedging, into: &actions)
    }

    /// Everybody asked may be well; but the view has doubts about all of them.
    private mutating func hedgeIfDoubted(
        at now: GossipInstant, hedging: inout WakeHedging, into actions: inout [Action]
    ) {
        guard !isGranted, asked.allSatisfy(isDoubted), nextRank != nil else { return }
        guard hedging.takeHedge(at: now) else { return hedgeAt = now + configuration.beat }
        isGranted = true
        askNext(at: now, hedging: &hedging, into: &actions)
    }

    private func isDoubted(_ asked: Asked) -> Bool {
        guard asked.standing == .lively else { return true }
        return switch view.standing(of: asked.member) {
        case .alive: false
        case .suspect: true
        // A flight under way is finished; without one it will name somebody else, if it still can.
        case .draining: asked.watch.heardAt == nil
        case nil: true
        }
    }

    private func isGone(_ asked: Asked, at now: GossipInstant) -> Bool {
        switch asked.standing {
        case .lost, .referred: true
        // Its stream knows better than the view does, as long as there are signs of life on it.
        case .lively: view.standing(of: asked.member) == nil && asked.watch.heardAt == nil
        case .quiet:
            view.standing(of: asked.member) == nil
                || asked.watch.stillSince.duration(to: now) >= configuration.goneAfter
        }
    }

    // MARK: - Asking

    /// The highest rank that was not asked, or was and named somebody else.
    private var nextRank: MemberID? {
        view.ranking(for: endpoint).first { member in
            asked.first { $0.member == member }.map { $0.standing == .referred } ?? true
        }
    }

    /// Given up so far, in order of rank.
    private var suspected: [MemberID] {
        Rendezvous.ranked(asked.filter { $0.standing != .referred }.map(\.member), for: endpoint)
    }

    private mutating func askNext(at now: GossipInstant, hedging: inout WakeHedging, into actions: inout [Action]) {
        guard !isLonely(at: now), let next = nextRank else {
            // All else is silent: nobody to take over from.
            phase = .executing
            return actions.append(.execute(key, takingOverFrom: []))
        }
        guard next != view.me else { return execute(into: &actions) }
        ask(next, at: now, hedging: &hedging, into: &actions)
        // A suspect owner is asked, and its successor in the same breath.
        hedgeIfDoubted(at: now, hedging: &hedging, into: &actions)
    }

    /// So many silent members, or so long a silence, stand for everybody's: an isolated member is a side of its own.
    private func isLonely(at now: GossipInstant) -> Bool {
        guard asked.count < WakeCall.suspectedLimit else { return true }
        guard let forsakenSince else { return false }
        return forsakenSince.duration(to: now) >= configuration.lonelyAfter
    }

    private mutating func ask(
        _ member: MemberID, at now: GossipInstant, hedging: inout WakeHedging, into actions: inout [Action]
    ) {
        if asked.isEmpty { hedging.callBegan(at: now) }
        if forsakenSince == nil, !asked.isEmpty, !asked.contains(where: { $0.standing == .lively }) {
            forsakenSince = now
        }
        asked.removeAll { $0.member == member }
        let call = WakeCall(endpoint: endpoint, key: key, hops: hops, suspected: suspected)
        asked.append(Asked(member: member, watch: BeatWatch(since: now, patience: hedging.firstBeatPatience)))
        (reaskAt, hedgeAt) = (nil, nil)
        actions.append(.ask(member, call))
    }

    private mutating func execute(into actions: inout [Action]) {
        phase = .executing
        actions.append(.execute(key, takingOverFrom: suspected))
    }

    private mutating func finish(_ outcome: Outcome, into actions: inout [Action]) {
        phase = .finished
        actions.append(.finish(outcome))
    }
}
