/// Repairs begun here.
extension GossipNode {
    // MARK: - Noticing

    /// The peer's root came with a ping or an ack.
    ///
    /// - Parameter isAsker: whether it was the peer who asked. Both notice a difference; he who was asked acts on it.
    mutating func compare(_ root: UInt64, with peer: ProcessID, isAsker: Bool) {
        guard root != digest.root else {
            count.rootsAgreed += 1
            lastAgreement = now
            // The same state is all that a first sync could bring.
            hasSynced = true
            return
        }
        count.rootsDiffered += 1
        if let last = lastRepairBegan, last + configuration.repairSpacing > now { return }
        guard hasSynced else {
            beginRepair(.firstSync, with: peer)
            return
        }
        let isOverdue = lastAgreement + configuration.repairSpacing * 2 < now
        let isQuiet = digest.lastSettled.map { $0 + configuration.mismatchDelay < now } ?? true
        guard isOverdue || isAsker && isQuiet else { return }
        beginRepair(.difference, with: peer)
    }

    mutating func beginRepair(_ kind: GossipStory.Repair, with peer: ProcessID) {
        guard repair == nil, departure == .none, let slot = table.slot(of: peer), table.health(slot).isLive,
            peer != card.process, let name = table.name(slot)
        else { return }
        repairCounter += 1
        lastRepairBegan = now
        count.repairsBegun += 1
        tell(.repairBegan(with: name, kind))
        let isFull = kind != .difference
        repair = RepairSession(
            id: repairCounter, peer: name, process: peer, kind: kind, step: isFull ? .everything : .groups)
        ask(isFull ? .everything(fromBucket: 0) : .groups(digest.groups))
    }

    /// Forget and fetch again (facts/gossip.md §5, “Corruption”). A lone member keeps what only it can know.
    mutating func beginResync() {
        guard let partner = randomMembers(1).first, let process = table.process(partner) else { return }
        if let repair { repairFailed(with: repair.peer) }
        facts = FactStore(hash: hash, factLimit: configuration.factLimit, floorLimit: configuration.floorLimit)
        digest = StateDigest()
        for slot in table.live {
            guard let card = table.card(slot) else { continue }
            digest.settleAtOnce(
                key: hash.memberKey(card.process), hash: hash.memberState(card.process, card.incarnation))
        }
        hasSynced = false
        tell(.resynced)
        beginRepair(.resync, with: process)
    }

    private mutating func ask(_ question: RepairQuestion) {
        guard let repair, let slot = table.slot(of: repair.process), let card = table.card(slot) else {
            self.repair = nil
            return
        }
        timers.arm(.repairTimeout(repair.id), at: now + configuration.repairTimeout)
        outbox.append(.repair(card, question))
    }

    // MARK: - Asking

    mutating func repairAnswered(by peer: MemberID, _ answer: RepairAnswer) {
        guard var session = repair, session.peer == peer else { return }
        session.stepCount += 1
        guard session.stepCount <= configuration.repairStepLimit else {
            repairFailed(with: peer)
            return
        }
        // A session has one step under way, and its timeout is renewed with each.
        repairCounter += 1
        session = RepairSession(continuing: session, as: repairCounter)
        repair = session
        switch (session.step, answer) {
        case (.everything, .page(let entries, let next)): tookPage(entries, next)
        case (.groups, .differing(let buckets)): tookDifference(buckets)
        case (.buckets, .entries(let entries, let wanted, let isComplete)):
            tookEntries(entries, wanted: wanted, isComplete: isComplete)
        case (.entries(let isComplete), .taken): compareOn(isComplete: isComplete)
        case (.everything, _), (.groups, _), (.buckets, _), (.entries, _): repairFailed(with: peer)
        }
    }

    private mutating func tookPage(_ entries: [RepairEntry], _ next: UInt16?) {
        let taken = merge(entries, isRelayed: false)
        repair?.taken += taken
        if let next {
            ask(.everything(fromBucket: next))
        } else {
            // What the other side lacks comes to light by comparing.
            hasSynced = true
            step(.groups, .groups(digest.groups))
        }
    }

    private mutating func tookDifference(_ buckets: [UInt16]) {
        let buckets = buckets.filter { $0 < StateDigest.bucketCount }
        guard !buckets.isEmpty else {
            completeRepair()
            return
        }
        let members = liveMembersByBucket(Set(buckets))
        var asked: [UInt16] = []
        var lines: [RepairLine] = []
        for bucket in buckets {
            let more = self.lines(inBucket: Int(bucket), members: members)
            guard asked.isEmpty || (lines.count + more.count) * 16 <= configuration.repairByteLimit else { break }
            asked.append(bucket)
            lines += more
        }
        step(.buckets, .buckets(asked, lines))
    }

    private mutating func tookEntries(_ entries: [RepairEntry], wanted: [UInt64], isComplete: Bool) {
        let taken = merge(entries, isRelayed: true)
        repair?.taken += taken
        var gifts: [RepairEntry] = []
        var bytes = 0
        let members = wanted.isEmpty ? [:] : liveMembersByKey()
        for key in wanted {
            guard let entry = facts.entry(of: key) ?? members[key] else { continue }
            bytes += entry.size
            guard bytes <= configuration.repairByteLimit else { break }
            gifts.append(entry)
        }
        guard !gifts.isEmpty else {
            compareOn(isComplete: isComplete)
            return
        }
        repair?.given += gifts.count
        count.repairEntriesGiven += UInt64(gifts.count)
        step(.entries(isComplete: isComplete && bytes <= configuration.repairByteLimit), .entries(gifts))
    }

    private mutating func compareOn(isComplete: Bool) {
        digest.settle(at: now)
        if isComplete { completeRepair() } else { step(.groups, .groups(digest.groups)) }
    }

    private mutating func step(_ step: RepairSession.Step, _ question: RepairQuestion) {
        digest.settle(at: now)
        repair?.step = step
        ask(question)
    }

    private mutating func completeRepair() {
        guard let session = repair else { return }
        repair = nil
        hasSynced = true
        lastAgreement = now
        count.repairsCompleted += 1
        tell(.repairCompleted(with: session.peer, entriesTaken: session.taken, entriesGiven: session.given))
    }

    mutating func repairFailed(with peer: MemberID) {
        guard let session = repair, session.peer == peer else { return }
        repair = nil
        count.repairsFailed += 1
        tell(.repairFailed(with: peer))
    }

    mutating func repairTimedOut(_ id: UInt64) {
        guard let session = repair, session.id == id else { return }
        repairFailed(with: session.peer)
    }
}

extension RepairSession {
    fileprivate init(continuing session: RepairSession, as id: UInt64) {
        self.init(id: id, peer: session.peer, process: session.process, kind: session.kind, step: session.step)
        stepCount = session.stepCount
        taken = session.taken
        given = session.given
    }
}
