extension GossipNode {
    // MARK: - My probes

    /// One interval has passed: the next member in the shared list (SWIM §4.3, made common to all).
    ///
    /// SWIM shuffles a list for each member. Here the list is sorted by random process ids, the same for all, and each
    /// member starts after itself; with the round agreed on in passing, every member is probed by exactly one other in
    /// each interval. The first to notice a death then comes within two intervals instead of N/4 at worst.
    mutating func probeNext() {
        let interval = localHealth.stretched(configuration.probeInterval)
        nextProbeAt = max(nextProbeAt + interval, now + interval * 0.5)
        timers.arm(.probe, at: nextProbeAt)
        round &+= 1
        guard departure != .gone, let target = nextTarget(), let process = table.process(target) else { return }
        sequence &+= 1
        probe = Probe(sequence: sequence, target: process, sentAt: now)
        count.probesSent += 1
        send(pingParts(sequence, to: target, process), to: target)
        timers.arm(.directTimeout(sequence), at: now + localHealth.stretched(probeTimeout))
        timers.arm(.verdict(sequence), at: now + verdictDelay)
    }

    private func nextTarget() -> MemberTable.Slot? {
        let others = table.live.count - 1
        guard others > 0 else { return nil }
        let mine = table.livePosition(of: card.process)
        return table.live[(mine + 1 + Int(round) % others) % table.live.count]
    }

    /// A suspect hears of the suspicion ahead of everything else, so that its next packet can refute (Lifeguard §IV-C).
    func pingParts(_ sequence: UInt32, to slot: MemberTable.Slot, _ process: ProcessID) -> [GossipPart] {
        let ping = GossipPart.ping(sequence: sequence, target: process, round: round, root: digest.root)
        guard table.health(slot) == .suspect else { return [ping] }
        let accuser = suspicions[process]?.accusers.first ?? card.process
        let news = News.suspect(process, incarnation: table.incarnation(slot), accuser: accuser)
        return [.news(age: 0, body: news.body[...]), ping]
    }

    private var probeTimeout: Duration {
        roundTrips.timeout(within: configuration.probeTimeoutMinimum...configuration.probeTimeoutMaximum)
    }

    private var verdictDelay: Duration {
        let patience = max(configuration.verdictMinimum, probeTimeout * 3)
        return localHealth.stretched(min(patience, configuration.probeInterval * 0.9))
    }

    /// No direct answer: ask others, and try the stream, which may pass where datagrams do not.
    mutating func directTimedOut(_ sequence: UInt32) {
        guard var probe, probe.sequence == sequence, let slot = table.slot(of: probe.target) else { return }
        probe.directTimedOut = true
        count.probesUnanswered += 1
        probeLoss += (1 - probeLoss) / 32
        traces[probe.target, default: MemberTrace()].unanswered()
        let patience = probe.sentAt + verdictDelay
        let rest = UInt64(clamping: (now.duration(to: patience) * 0.6).wholeMilliseconds)
        let helpers = randomMembers(configuration.indirectProbes, except: [probe.target])
        for helper in helpers {
            guard let process = table.process(helper) else { continue }
            probe.helpers.append(process)
            count.indirectProbesAsked += 1
            send([.pingRequest(sequence: sequence, target: probe.target, patience: rest)], to: helper)
        }
        self.probe = probe
        if let card = table.card(slot) {
            tell(.probeUnanswered(card.name))
            outbox.append(.pingOverStream(card))
        }
    }

    mutating func acked(_ sequence: UInt32, root: UInt64, by sender: ProcessID) {
        if let request = helped[sequence], request.target == sender {
            helped[sequence] = nil
            send([.vouch(sequence: request.askerSequence)], to: request.askerAddress, receiver: request.asker)
        } else if let probe, probe.sequence == sequence, probe.target == sender {
            let roundTrip = probe.sentAt.duration(to: now)
            roundTrips.add(roundTrip)
            traces[sender, default: MemberTrace()].answered(after: roundTrip)
            if !probe.directTimedOut { probeLoss -= probeLoss / 32 }
            probeSucceeded()
        }
        compare(root, with: sender, isAsker: false)
    }

    mutating func vouched(_ sequence: UInt32, by sender: ProcessID) {
        guard let probe, probe.sequence == sequence, probe.helpers.contains(sender) else { return }
        traces[probe.target]?.isStreamOnly = false
        probeSucceeded()
    }

    mutating func nacked(_ sequence: UInt32, by sender: ProcessID) {
        guard var probe, probe.sequence == sequence, probe.helpers.contains(sender) else { return }
        guard !probe.nackers.contains(sender) else { return }
        probe.nackers.append(sender)
        self.probe = probe
    }

    mutating func streamPinged(_ process: ProcessID, isAlive: Bool) {
        guard isAlive, probe?.target == process else { return }
        probe?.isStreamAlive = true
    }

    /// Not a death: a network that drops datagrams, or most of them. Said once.
    private mutating func reachedByStreamOnly(_ process: ProcessID, _ name: MemberID) {
        if traces[process]?.isStreamOnly != true { tell(.reachedByStreamOnly(name)) }
        traces[process, default: MemberTrace()].isStreamOnly = true
    }

    private mutating func probeSucceeded() {
        probe = nil
        changeHealth { $0.change(by: -1) }
    }

    /// The verdict: nobody has an answer.
    mutating func probeEnded(_ sequence: UInt32) {
        guard let probe, probe.sequence == sequence else { return }
        self.probe = nil
        guard let slot = table.slot(of: probe.target), let name = table.name(slot) else { return }
        guard !probe.isStreamAlive else {
            reachedByStreamOnly(probe.target, name)
            return
        }
        count.probesFailed += 1
        tell(.probeFailed(name, nacks: probe.nackers.count, helpers: probe.helpers.count))
        changeHealth { $0.probeFailed(helpers: probe.helpers.count, nacks: probe.nackers.count) }
        let news = News.suspect(probe.target, incarnation: table.incarnation(slot), accuser: card.process)
        if suspect(probe.target, incarnation: table.incarnation(slot), accuser: card.process, via: .myself) {
            enqueue(news, age: 0, source: nil)
            // The suspect first: it is the one who can say otherwise.
            send([.news(age: 0, body: news.body[...])], to: slot)
        }
    }

    // MARK: - Others' probes

    mutating func pinged(
        _ sequence: UInt32, target: ProcessID, round theirs: UInt32, root: UInt64, in exchange: inout Exchange
    ) {
        guard target == card.process else {
            count.probesMisaddressed += 1
            return
        }
        exchange.reply.append(.ack(sequence: sequence, root: digest.root))
        adopt(theirs)
        guard table.slot(of: exchange.sender) != nil else {
            count.datagramsFromUnknown += 1
            exchange.reply.append(.whoAreYou)
            return
        }
        compare(root, with: exchange.sender, isAsker: true)
    }

    /// Who is behind catches up, so that its next probe is of the same round. Rounds are serial numbers (RFC 1982): one
    /// that is made up costs a place in the list and no more.
    private mutating func adopt(_ theirs: UInt32) {
        let previous = theirs &- 1
        if Int32(bitPattern: previous &- round) > 0 { round = previous }
    }

    /// Only members are probed for others, and only where they are known to be: nobody makes me send elsewhere.
    mutating func askedToPing(
        _ target: ProcessID, sequence askerSequence: UInt32, patience: UInt64, in exchange: inout Exchange
    ) {
        guard table.slot(of: exchange.sender) != nil, let slot = table.slot(of: target), target != card.process,
            table.health(slot).isLive, helped.count < HelpedProbe.limit
        else {
            count.indirectProbesRefused += 1
            return
        }
        sequence &+= 1
        helped[sequence] = HelpedProbe(
            asker: exchange.sender, askerAddress: exchange.address, askerSequence: askerSequence, target: target)
        send(pingParts(sequence, to: slot, target), to: slot)
        let wait = Duration.milliseconds(Int64(clamping: min(patience, 60_000)))
        timers.arm(.helpTimeout(sequence), at: now + min(max(wait, .milliseconds(5)), configuration.probeInterval * 8))
    }

    mutating func helpTimedOut(_ sequence: UInt32) {
        guard let request = helped.removeValue(forKey: sequence) else { return }
        send([.nack(sequence: request.askerSequence)], to: request.askerAddress, receiver: request.asker)
    }

    // MARK: - Choosing

    /// - Returns: up to `limit` different live members, never myself.
    mutating func randomMembers(_ limit: Int, except: [ProcessID] = []) -> [MemberTable.Slot] {
        let live = table.live
        let isWelcome = { (slot: MemberTable.Slot, table: MemberTable, mine: ProcessID) in
            guard let process = table.process(slot) else { return false }
            return process != mine && !except.contains(process)
        }
        // So few that drawing would mostly hit the same ones: all of them, in random order.
        if live.count <= 2 * (limit + except.count + 1) {
            var pool = live.filter { isWelcome($0, table, card.process) }
            pool.shuffle(using: &dice)
            return Array(pool.prefix(limit))
        }
        var chosen: [MemberTable.Slot] = []
        var draws = 0
        while chosen.count < limit, draws < 16 * (limit + 1) {
            draws += 1
            let slot = live[dice.below(live.count)]
            if !chosen.contains(slot), isWelcome(slot, table, card.process) { chosen.append(slot) }
        }
        return chosen
    }

    func name(of process: ProcessID) -> MemberID? { table.slot(of: process).flatMap { table.name($0) } }
}
