extension GossipNode {
    /// Who says so.
    enum Source: Equatable {
        case myself
        case datagram(sender: ProcessID)
        /// The member itself, over a stream that proves who it is.
        case stream
        /// Another member in a repair: proven too, and hearsay all the same.
        case repair

        var process: ProcessID? {
            if case .datagram(let sender) = self { sender } else { nil }
        }
    }

    /// A card from its own member.
    mutating func met(_ card: MemberCard, in exchange: inout Exchange) {
        guard card.process == exchange.sender else {
            count.implausible += 1
            return
        }
        introduce(card, via: .datagram(sender: exchange.sender))
        if let slot = table.slot(of: exchange.sender) {
            if !hasSynced, table.health(slot).isLive { beginRepair(.firstSync, with: exchange.sender) }
        } else if let slot = table.slot(of: card.name), !table.health(slot).isLive, let known = table.card(slot) {
            // Its clock was set back between two starts: it cannot know what it has to be later than.
            exchange.reply.append(.predecessor(epoch: known.epoch))
        }
    }

    /// Takes a card and passes it on when it was new.
    mutating func introduce(_ card: MemberCard, via source: Source) {
        if alive(card, via: source) { enqueue(.alive(card), age: 0, source: source.process) }
    }

    /// - Returns: whether it was new here.
    mutating func alive(_ card: MemberCard, via source: Source) -> Bool {
        guard card.isWithinLimits else {
            implausible(.cardLimits, via: source)
            return false
        }
        if card.process == self.card.process {
            heardOfMyself(card, via: source)
            return false
        }
        if card.name == self.card.name {
            heardOfNamesake(card)
            return false
        }
        if let slot = table.slot(of: card.process) { return renew(slot, card, via: source) }
        return welcome(card, via: source)
    }

    private mutating func renew(_ slot: MemberTable.Slot, _ card: MemberCard, via source: Source) -> Bool {
        let known = table.incarnation(slot)
        let health = table.health(slot)
        guard isPlausible(card.incarnation, of: card.name, known: known, via: source) else { return false }
        guard table.name(slot) == card.name else { return false }
        guard case .becomes = Precedence.outcome(of: .alive, card.incarnation, against: health, known) else {
            return false
        }
        let old = health.isLive ? hash.memberState(card.process, table.spoken(slot)) : 0
        digest.change(
            key: hash.memberKey(card.process), from: old, to: hash.memberState(card.process, card.incarnation),
            settlingAt: now + configuration.settleDelay)
        table.update(slot, with: card, at: now)
        suspicions[card.process] = nil
        warnedAt[card.process] = nil
        hasMembersChanged = true
        switch health {
        case .alive: tell(.memberUpdated(card))
        case .suspect: tell(.memberRefuted(card.name, incarnation: card.incarnation))
        case .dead, .left:
            count.returns += 1
            tell(.memberReturned(card.name, incarnation: card.incarnation))
        }
        return true
    }

    private mutating func welcome(_ card: MemberCard, via source: Source) -> Bool {
        if let buried = obituaries[card.process], buried >= card.incarnation { return false }
        let isDirect = source == .stream || source == .repair || source.process == card.process
        guard isDirect || isPlausible(epoch: card.epoch) else {
            implausible(.epoch(of: card.name, told: card.epoch), via: source)
            return false
        }
        if let slot = table.slot(of: card.name), let old = table.card(slot) {
            guard card.isLater(than: old) else { return false }
            bury(slot, health: .dead, incarnation: old.incarnation)
            tell(.memberReplaced(card.name, old: old.process, new: card.process))
            forget(slot)
        } else if let slot = table.slot(at: card.address), let old = table.card(slot), table.health(slot).isLive {
            // An address has one tenant. Whoever speaks from there itself is it; of two who are only told of, the later.
            guard old.process != self.card.process, isDirect || card.isLater(than: old) else { return false }
            bury(slot, health: .dead, incarnation: table.incarnation(slot))
            tell(.memberReplaced(old.name, old: old.process, new: card.process))
        }
        guard table.count < configuration.memberLimit else {
            count.membersRefused += 1
            implausible(.tooManyMembers, via: source)
            return false
        }
        _ = table.insert(card, as: .alive, at: now)
        digest.change(
            key: hash.memberKey(card.process), from: 0, to: hash.memberState(card.process, card.incarnation),
            settlingAt: now + configuration.settleDelay)
        hasMembersChanged = true
        tell(.memberJoined(card))
        return true
    }
}
