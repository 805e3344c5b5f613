package import Gossip

/// Gives a core its inputs, carries out what it decides, and checks both.
extension Fleet {
    /// Endpoints' facts are published in the name of the proxy that learned them first.
    package func publish(_ fact: Fact, at host: Int) {
        guard members[host].isUp else { return }
        say(host, "publishes \(fact)")
        handle(.published(fact), at: host)
    }

    package func handle(_ input: GossipNode.Input, at host: Int) {
        guard members[host].isUp else { return }
        let life = members[host].life
        let instant = members[host].clock.instant(at: now)
        var actions = spareActions.popLast() ?? []
        members[host].node?.core.handle(input, at: instant, into: &actions)
        for action in actions {
            // Leaving ends the process; nothing it wanted after that is done.
            guard members[host].life == life else { break }
            perform(action, at: host)
        }
        actions.removeAll(keepingCapacity: true)
        spareActions.append(actions)
        guard members[host].life == life else { return }
        checkBounds(of: host)
        rearm(host)
    }

    func perform(_ action: GossipNode.Action, at host: Int) {
        switch action {
        case .send(let payload, let address, let receiver): send(payload, to: address, receiver: receiver, from: host)
        case .pingOverStream(let card):
            note(7, host: host)
            begin(.ping, from: host, to: card)
        case .repair(let card, let question):
            note(8, host: host)
            begin(.repair(question), from: host, to: card)
        case .learned(let fact):
            note(9, host: host)
            learned(fact, at: host)
        case .membersChanged:
            note(10, host: host)
            membersMayHaveChanged(at: host)
        case .left: hasLeft(host)
        case .tell(let story):
            say(host, "\(story)")
            told?(host, story, now)
        }
    }

    private func send(_ payload: [UInt8], to address: MemberAddress, receiver: ProcessID?, from host: Int) {
        note(6, host: host)
        log.combine(payload)
        members[host].traffic.datagrams += 1
        members[host].traffic.bytes += payload.count + Traffic.overheadPerDatagram
        let limit = configuration.gossip.datagramBudget - configuration.gossip.sealOverhead
        if payload.count > limit { violate(host, "sends \(payload.count) B, the budget is \(limit)") }
        guard let number = AddressBook.number(of: address) else {
            if isBitFlipping == 0 { violate(host, "sends to \(address.text), outside the fleet's network") }
            return
        }
        let sealed = payload.count + configuration.gossip.sealOverhead
        guard case .host(let target)? = addresses.holder(of: number) else {
            unopened += 1
            return
        }
        let fate = network.fate(from: host, to: target, bytes: sealed, at: now)
        guard let delay = fate.delay else { return }
        let datagram = Datagram(
            payload: payload, from: members[host].address, to: number, sender: members[host].process,
            receiver: receiver, keyID: members[host].sendingKeyID, hasFlippedBit: fate.hasFlippedBit)
        if let second = fate.duplicateDelay { schedule(.datagramArrived(datagram), after: second) }
        schedule(.datagramArrived(datagram), after: delay)
    }

    private func learned(_ fact: Fact, at host: Int) {
        if let complaint = members[host].ledger.learn(fact) { violate(host, complaint) }
        say(host, "learns \(fact)")
        factLearned?(host, fact, now)
        applyToCaches(fact, at: host)
    }

    private func membersMayHaveChanged(at host: Int) {
        membersChanged?(host, now)
        let isChecked = configuration.checks == .everything
        guard isChecked || members[host].waking != nil, let reports = members[host].node?.core.members else { return }
        if isChecked { check(reports, of: host) }
        viewChanged(to: reports, at: host)
    }
}
