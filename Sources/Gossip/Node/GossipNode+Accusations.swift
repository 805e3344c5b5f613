extension GossipNode {
    /// - Returns: whether it is worth passing on.
    mutating func suspect(
        _ process: ProcessID, incarnation: UInt64, accuser: ProcessID, via source: Source
    ) -> Bool {
        if process == card.process {
            accused(.suspect, incarnation: incarnation, by: accuser)
            return false
        }
        guard let slot = table.slot(of: process), let name = table.name(slot) else { return false }
        let known = table.incarnation(slot)
        guard isPlausible(incarnation, of: name, known: known, via: source) else { return false }
        switch Precedence.outcome(of: .suspect, incarnation, against: table.health(slot), known) {
        case .ignored: return false
        case .raises:
            table.raise(slot, to: incarnation)
            return false
        case .confirms: return confirm(process, name, by: accuser)
        case .becomes:
            beginSuspicion(slot, process, name, incarnation: incarnation, by: accuser)
            return true
        }
    }

    private mutating func beginSuspicion(
        _ slot: MemberTable.Slot, _ process: ProcessID, _ name: MemberID, incarnation: UInt64, by accuser: ProcessID
    ) {
        let suspicion = Suspicion(
            incarnation: incarnation, by: accuser, at: now, fleetSize: table.live.count, configuration: configuration)
        table.mark(slot, .suspect, incarnation: incarnation, at: now)
        suspicions[process] = suspicion
        timers.arm(.suspicion(process), at: suspicion.deadline)
        armReminder(of: process, suspicion, isMine: accuser == card.process)
        count.suspicions += 1
        hasMembersChanged = true
        tell(
            .memberSuspected(
                name, incarnation: incarnation, by: self.name(of: accuser), deadIn: suspicion.timeout))
    }

    /// The first few who agree are passed on, later ones not: “dogpile” (Lifeguard §IV-B).
    private mutating func confirm(_ process: ProcessID, _ name: MemberID, by accuser: ProcessID) -> Bool {
        guard var suspicion = suspicions[process], suspicion.confirm(by: accuser) else { return false }
        suspicions[process] = suspicion
        timers.arm(.suspicion(process), at: max(now, suspicion.deadline))
        if accuser == card.process { armReminder(of: process, suspicion, isMine: true) }
        tell(
            .suspicionConfirmed(
                name, by: self.name(of: accuser), confirmations: suspicion.confirmations,
                deadIn: now.duration(to: suspicion.deadline)))
        return true
    }

    /// A rumour may be lost, and the suspect with it: nobody who has not heard of it can object, and no repair knows of it.
    /// So accusers tell the suspect again in every interval, and of the others a few do so once.
    private mutating func armReminder(of process: ProcessID, _ suspicion: Suspicion, isMine: Bool) {
        if isMine {
            timers.arm(.reminder(process), at: now + dice.jittered(configuration.probeInterval, by: 0.25))
        } else if dice.below(max(1, table.live.count)) < Self.remindingOthers {
            timers.arm(.reminder(process), at: now + dice.jittered(suspicion.minimum * 0.5, by: 0.5))
        }
    }

    /// Of those who hold a suspicion on hearsay, about so many remind the suspect of it.
    private static var remindingOthers: Int { 32 }

    mutating func remind(_ process: ProcessID) {
        guard let suspicion = suspicions[process], let slot = table.slot(of: process), departure == .none else {
            return
        }
        sequence &+= 1
        send(pingParts(sequence, to: slot, process), to: slot)
        guard suspicion.accusers.contains(card.process) else { return }
        armReminder(of: process, suspicion, isMine: true)
    }

    mutating func suspicionTimedOut(_ process: ProcessID) {
        guard let suspicion = suspicions[process], let slot = table.slot(of: process) else { return }
        guard suspicion.deadline <= now else {
            timers.arm(.suspicion(process), at: suspicion.deadline)
            return
        }
        let news = News.dead(process, incarnation: table.incarnation(slot), accuser: card.process)
        guard dead(process, incarnation: table.incarnation(slot), accuser: card.process, via: .myself) else { return }
        enqueue(news, age: 0, source: nil)
        send([.news(age: 0, body: news.body[...])], to: slot)
        warnedAt[process] = now
    }

    /// - Returns: whether it is worth passing on.
    mutating func dead(
        _ process: ProcessID, incarnation: UInt64, accuser: ProcessID, via source: Source
    ) -> Bool {
        let claim: MemberHealth = accuser == process ? .left : .dead
        if process == card.process {
            accused(claim, incarnation: incarnation, by: accuser)
            return false
        }
        guard let slot = table.slot(of: process), let name = table.name(slot) else {
            obituaries.note(process, incarnation: incarnation)
            return false
        }
        let known = table.incarnation(slot)
        guard isPlausible(incarnation, of: name, known: known, via: source) else { return false }
        switch Precedence.outcome(of: claim, incarnation, against: table.health(slot), known) {
        case .ignored, .confirms: return false
        case .raises:
            table.raise(slot, to: incarnation)
            return false
        case .becomes(let health):
            bury(slot, health: health, incarnation: incarnation)
            if health == .left {
                tell(.memberLeft(name))
            } else {
                tell(.memberDied(name, incarnation: incarnation, by: self.name(of: accuser)))
            }
            return true
        }
    }

    mutating func bury(_ slot: MemberTable.Slot, health: MemberHealth, incarnation: UInt64) {
        guard let process = table.process(slot) else { return }
        if table.health(slot).isLive {
            digest.change(
                key: hash.memberKey(process), from: hash.memberState(process, table.spoken(slot)), to: 0,
                settlingAt: now + configuration.settleDelay)
            // Who has left and is replaced has not died as well.
            if health == .dead { count.deaths += 1 }
        }
        table.mark(slot, health, incarnation: incarnation, at: now)
        suspicions[process] = nil
        traces[process] = nil
        senderBudgets[process] = nil
        if probe?.target == process { probe = nil }
        hasMembersChanged = true
    }

    mutating func forget(_ slot: MemberTable.Slot) {
        guard let process = table.process(slot) else { return }
        warnedAt[process] = nil
        // It may come back under a later epoch, with a higher incarnation: see ``heardOfPredecessor(epoch:)``.
        obituaries.note(process, incarnation: table.incarnation(slot))
        table.remove(slot)
    }

    /// Tombstones past their time.
    mutating func forgetLongGone() {
        timers.arm(.sweep, at: now + sweepInterval)
        for slot in table.gone {
            guard let since = table.since(slot), since + configuration.tombstoneLifetime <= now else { continue }
            if let name = table.name(slot) { tell(.memberForgotten(name)) }
            forget(slot)
            hasMembersChanged = true
        }
    }

    /// Dead here and still speaking: it is told, so that it can object (facts/gossip.md §7, “Healing”).
    mutating func warnIfDead(_ exchange: inout Exchange) {
        guard let slot = table.slot(of: exchange.sender), table.health(slot) == .dead else { return }
        if let last = warnedAt[exchange.sender], last + configuration.probeInterval > now { return }
        warnedAt[exchange.sender] = now
        let news = News.dead(exchange.sender, incarnation: table.incarnation(slot), accuser: card.process)
        exchange.reply.append(.news(age: 0, body: news.body[...]))
    }
}
