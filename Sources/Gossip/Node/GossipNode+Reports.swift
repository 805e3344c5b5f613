extension GossipNode {
    /// Everybody known, the dead included, sorted by name.
    package var members: [MemberReport] {
        table.slots.compactMap { report($0) }.sorted { $0.card.name < $1.card.name }
    }

    private func report(_ slot: MemberTable.Slot) -> MemberReport? {
        guard let card = table.card(slot) else { return nil }
        let trace = traces[card.process]
        return MemberReport(
            card: card, health: table.health(slot), since: table.since(slot), roundTrip: trace?.roundTrip,
            lossShare: trace?.lossShare ?? 0, isMe: card.process == self.card.process,
            reachedByStreamOnly: trace?.isStreamOnly ?? false)
    }

    /// Who may own wakes: live, not draining, speaking some version of the wake protocol. Suspects stay in: ownership
    /// moves for everybody only with a death. Sorted.
    package var wakeCandidates: [MemberID] {
        table.live.compactMap { slot in
            guard let card = table.card(slot), !card.isDraining, card.wakeVersion > 0 else { return nil }
            return card.process == self.card.process && departure != .none ? nil : card.name
        }.sorted()
    }

    package func card(of member: MemberID) -> MemberCard? { table.slot(of: member).flatMap { table.card($0) } }
    package func health(of member: MemberID) -> MemberHealth? { table.slot(of: member).map { table.health($0) } }
    package func fact(of endpoint: EndpointName) -> EndpointFact? { facts.endpoint(endpoint) }
    package func secretsRevision(of endpoint: EndpointName) -> UInt64? { facts.secretsRevision(of: endpoint) }

    /// The hash of everything settled, as pings carry it.
    package var stateRoot: UInt64 { digest.root }

    package var isAlone: Bool { table.live.count <= 1 }

    /// Whether the first full sync is done, or there is nobody to do it with: discovery named no other, or nobody
    /// answered three rounds of contacts.
    package var isSynced: Bool { hasSynced || isAlone && (contacts.isEmpty || contactRounds >= 3) }

    /// Since anybody last had the same state. A lone member is never stale.
    package func staleness(at now: GossipInstant) -> Duration {
        isAlone ? .zero : max(.zero, lastAgreement.duration(to: now))
    }

    package var counters: GossipCounters {
        var counters = count
        counters.membersSuspect = suspicions.count
        counters.membersAlive = table.live.count - suspicions.count
        counters.membersLeft = table.gone.count { table.health($0) == .left }
        counters.membersDead = table.gone.count - counters.membersLeft
        counters.localHealth = localHealth.score
        counters.facts = facts.factCount
        counters.floors = facts.floorCount
        counters.tiedVersions = facts.tieCount
        counters.factsEvicted = facts.evictedCount
        counters.floorsForgotten = facts.forgottenCount
        counters.newsDropped = spread.droppedCount
        counters.spreadQueue = spread.count
        counters.spreadBytes = spread.byteCount
        counters.streamOnlyMembers = table.live.count { slot in
            table.process(slot).flatMap { traces[$0]?.isStreamOnly } ?? false
        }
        return counters
    }
}
