extension GossipNode {
    // MARK: - Finding others

    /// Discovery's latest answer replaces the one before. Known members are not contacted, however often they are named.
    mutating func found(_ addresses: [MemberAddress]) {
        var seen: Set<MemberAddress> = []
        contacts = addresses.filter { $0.isDialable && $0 != card.address && seen.insert($0).inserted }
        if contacts.count > configuration.contactLimit {
            contacts.shuffle(using: &dice)
            contacts.removeLast(contacts.count - configuration.contactLimit)
        }
        guard !isContacting, contacts.contains(where: { !isMember($0) }) else { return }
        isContacting = true
        contactSome()
    }

    private func isMember(_ address: MemberAddress) -> Bool {
        table.slot(at: address).map { table.health($0).isLive } ?? false
    }

    /// A few at a time, more slowly while nobody answers, for as long as discovery names strangers.
    mutating func contactSome() {
        var strangers = contacts.filter { !isMember($0) }
        guard departure == .none, !strangers.isEmpty else {
            isContacting = false
            contactRounds = 0
            return
        }
        strangers.shuffle(using: &dice)
        for address in strangers.prefix(configuration.contactsAtOnce) {
            send([.hello(card)], to: address, receiver: nil)
        }
        let factor = Double(1 << min(contactRounds, 16))
        contactRounds += 1
        let wait = min(configuration.contactRetryMaximum, configuration.contactRetryMinimum * factor)
        timers.arm(.contact, at: now + dice.jittered(wait, by: 0.25))
    }

    /// One of the dead is tried now and then: two halves of a cut fleet find back together by this.
    ///
    /// Addressed to nobody in particular: another process may have taken the address since.
    mutating func retryDead() {
        timers.arm(.deadRetry, at: now + dice.jittered(configuration.deadRetryInterval, by: 0.2))
        guard departure == .none else { return }
        let candidates = table.gone.filter { slot in
            guard table.health(slot) == .dead, let address = table.address(slot) else { return false }
            return !isMember(address)
        }
        guard !candidates.isEmpty else { return }
        let slot = candidates[dice.below(candidates.count)]
        guard let address = table.address(slot), let process = table.process(slot) else { return }
        let verdict = News.dead(process, incarnation: table.incarnation(slot), accuser: card.process)
        send([.hello(card), .news(age: 0, body: verdict.body[...])], to: address, receiver: nil)
    }

    // MARK: - Saying something new of myself

    mutating func beginDrain() {
        guard !card.isDraining else { return }
        tell(.drainBegan)
        changeMyself { $0.isDraining = true }
    }

    mutating func changeKeys(_ keyIDs: [UInt8], sending: UInt8) {
        changeMyself {
            $0.keyIDs = Array(keyIDs.sorted().prefix(MemberCard.keyIDLimit))
            $0.sendingKeyID = sending
        }
    }

    /// Says goodbye to all it can, and goes on answering for a while (Serf waits as long for the same reason).
    mutating func beginLeave() {
        guard departure == .none else { return }
        departure = .leaving
        tell(.leaveBegan)
        enqueue(.dead(card.process, incarnation: card.incarnation, accuser: card.process), age: 0, source: nil)
        timers.arm(.left, at: now + configuration.leaveLinger)
    }
}
