internal import Gossip

/// What reaches a host, and when it gets round to it.
extension Fleet {
    func arrive(_ datagram: consuming Datagram) {
        guard case .host(let host)? = addresses.holder(of: datagram.to), members[host].isUp else {
            unopened += 1
            return
        }
        if members[host].isBusy { receive(.datagram(datagram), at: host) } else { open(datagram, at: host) }
    }

    /// Puts something into the inbox of a host that is stopped or slow.
    func receive(_ entry: InboxEntry, at host: Int) {
        guard members[host].enqueue(entry) else { return say(host, "receive buffer full, datagram dropped") }
        guard !members[host].isPaused, !members[host].isServing else { return }
        members[host].isServing = true
        schedule(.inboxDue(host: host, life: members[host].life), after: members[host].cost)
    }

    func serveInbox(of host: Int, life: Int) {
        guard members[host].life == life, !members[host].isPaused else { return }
        guard let entry = members[host].dequeue() else {
            members[host].isServing = false
            return
        }
        switch entry {
        case .datagram(let datagram): open(datagram, at: host)
        case .call(let call): take(call, at: host)
        case .answer(let call, let answer): take(answer, of: call)
        case .callBroke(let call): takeBreakage(of: call)
        case .workload(let event): happenHere(event)
        case .timer(let token):
            if members[host].timerToken == token {
                members[host].timerAt = .never
                handle(.timePassed, at: host)
            }
        }
        // The process may have ended by what it took in.
        guard members[host].life == life else { return }
        schedule(.inboxDue(host: host, life: life), after: members[host].cost)
    }

    func pause(_ host: Int) {
        guard members[host].isUp, !members[host].isPaused else { return }
        note(3, host: host)
        say(host, "freezes")
        members[host].isPaused = true
        members[host].isServing = false
    }

    func resume(_ host: Int) {
        guard members[host].isPaused else { return }
        note(4, host: host)
        say(host, "runs again, \(members[host].inbox.count - members[host].inboxHead) waiting")
        members[host].isPaused = false
        guard members[host].isUp else { return }
        // What a process does first, its timers or its socket, is its loop's secret.
        if dice.chance(0.5), members[host].timerAt <= now {
            members[host].timerAt = .never
            handle(.timePassed, at: host)
        }
        guard members[host].isUp else { return }
        members[host].isServing = true
        schedule(.inboxDue(host: host, life: members[host].life), after: .zero)
    }

    /// What the seal does, without the arithmetic: the receiver and the cluster are authenticated, the key must be held.
    private func open(_ datagram: Datagram, at host: Int) {
        if let receiver = datagram.receiver, receiver != members[host].process {
            unopened += 1
            return
        }
        guard members[host].keyIDs.contains(datagram.keyID) else {
            unopened += 1
            return
        }
        var payload = datagram.payload
        if datagram.hasFlippedBit, !payload.isEmpty {
            bitFlipsSeen += 1
            payload[dice.index(below: payload.count)] ^= 1 << UInt8(dice.index(below: 8))
        }
        note(5, host: host)
        log.combine(datagram.sender.bits)
        handle(
            .datagramReceived(
                payload, from: addresses.addresses[datagram.from], sender: datagram.sender, keyID: datagram.keyID),
            at: host)
    }
}
