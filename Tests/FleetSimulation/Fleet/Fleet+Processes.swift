internal import Gossip

/// Processes: how they start, stop, freeze and end, and when their timers fire.
extension Fleet {
    private static let restartPause: ClosedRange<UInt64> = 50...2_000

    package func startProcess(on host: Int) {
        guard members[host].node == nil else { return }
        let seed = processDice.next()
        if !members[host].keepsProcessID {
            members[host].process = ProcessID(bits: processDice.next() | 1)
        }
        members[host].keepsProcessID = false
        members[host].life += 1
        members[host].isLeaving = false
        members[host].isDraining = false
        members[host].ledger = MemberLedger()
        let card = firstCard(of: host)
        members[host].epoch = card.epoch
        note(1, host: host)
        log.combine(members[host].process.bits)
        say(host, "starts \(card.name) process \(card.process.bits) epoch \(card.epoch)")
        members[host].node = RunningNode(
            GossipNode(
                configuration.gossip, card: card, seed: seed, now: members[host].clock.instant(at: now),
                knowing: members[host].life == 1 ? acquaintances : nil))
        members[host].timerAt = .never
        rearm(host)
        schedule(.namesDue(host: host, life: members[host].life), after: .milliseconds(UInt64(dice.index(below: 50))))
        processStarted(host)
    }

    /// Everybody as they are before anything has happened.
    func formFleet() -> FleetSnapshot {
        FleetSnapshot(members.indices.map { firstCard(of: $0) }, hashKey: configuration.gossip.hashKey)
    }

    private func firstCard(of host: Int) -> MemberCard {
        let member = members[host]
        return MemberCard(
            name: member.name, process: member.process, epoch: member.clock.wallMilliseconds(at: now), incarnation: 1,
            address: addresses.addresses[member.address],
            grpc: "10.\(host >> 16).\(host >> 8 & 255).\(host & 255):7002",
            isDraining: false, keyIDs: member.keyIDs, sendingKeyID: member.sendingKeyID, wakeVersion: 1)
    }

    /// Kill -9, or the end after a leave.
    func endProcess(on host: Int, because reason: String) {
        guard members[host].node != nil else { return }
        note(2, host: host)
        say(host, "ends: \(reason)")
        members[host].node = nil
        members[host].life += 1
        members[host].emptyInbox()
        members[host].isPaused = false
        members[host].timerAt = .never
        processEnded(host)
    }

    func crash(_ host: Int, _ how: Fault.Return, backAfter pause: Span? = nil) {
        endProcess(on: host, because: "killed")
        members[host].keepsProcessID = how == .withSameID
        let milliseconds =
            Self.restartPause.lowerBound
            + UInt64(dice.index(below: Int(Self.restartPause.upperBound - Self.restartPause.lowerBound)))
        schedule(.processDue(host: host, life: members[host].life), after: pause ?? .milliseconds(milliseconds))
    }

    /// The graceful end: as a rolling restart does it, drained first, then left, then started anew.
    func leave(_ host: Int) {
        guard members[host].node != nil, !members[host].isLeaving else { return }
        members[host].isLeaving = true
        members[host].isDraining = true
        say(host, "drains and leaves")
        handle(.drainBegan, at: host)
        handle(.leaveWanted, at: host)
    }

    func hasLeft(_ host: Int) {
        endProcess(on: host, because: "left")
        schedule(.processDue(host: host, life: members[host].life), after: .milliseconds(500))
    }

    // MARK: - Timers

    /// Puts the next timer of this host's core into the queue, unless it is there already.
    func rearm(_ host: Int) {
        guard let deadline = members[host].node?.core.nextDeadline else { return }
        let due = max(now, members[host].clock.moment(of: deadline))
        guard due != members[host].timerAt, due != .never else { return }
        members[host].timerAt = due
        members[host].timerToken &+= 1
        queue.schedule(.timerFired(host: host, token: members[host].timerToken), at: due)
    }

    func timerFired(at host: Int, token: UInt64) {
        guard members[host].timerToken == token, members[host].isUp else { return }
        if members[host].isBusy {
            receive(.timer(token: token), at: host)
        } else {
            members[host].timerAt = .never
            handle(.timePassed, at: host)
        }
    }

    // MARK: - Names

    /// Asks DNS, for ever, and tells the core what it said.
    func resolve(for host: Int, life: Int) {
        guard members[host].life == life, members[host].isUp else { return }
        schedule(.namesDue(host: host, life: life), after: .seconds(8 + 4 * dice.unit()))
        guard !members[host].isPaused else { return }
        let own = members[host].address
        let answer = names.answer(at: now) { members.filter { $0.isUp }.map(\.address) }
        say(host, "DNS says \(answer.count) addresses")
        handle(.addressesFound(answer.filter { $0 != own }.map { addresses.address(of: $0) }), at: host)
    }
}
