extension GossipNode {
    // MARK: - Hearing

    /// News from another member: looked at once, passed on when it was new.
    mutating func heard(_ body: ArraySlice<UInt8>, age: UInt64, wasToldToAll: Bool, in exchange: inout Exchange) {
        count.newsReceived += 1
        let id = hash.hash(body)
        // What is said of me is answered each time: he who brings it may not have heard me.
        if News.accused(in: body) == card.process, let news = try? News(body: body) {
            _ = take(news, from: exchange.sender)
            if departure == .none { exchange.reply.append(.news(age: 0, body: News.alive(card).body[...])) }
            return
        }
        guard !recent.contains(id) else { return }
        guard isWithinRate(exchange.sender) else {
            count.newsOverRate += 1
            return
        }
        recent.insert(id)
        pulls.arrived(id)
        guard age <= UInt64(clamping: configuration.ageLimit.wholeMilliseconds) else {
            count.newsTooOld += 1
            return
        }
        let news: News
        do {
            news = try News(body: body)
        } catch {
            malformed(error, from: exchange.sender)
            return
        }
        guard take(news, from: exchange.sender) else { return }
        count.newsFresh += 1
        enqueue(
            news, body: Array(body), id: id, age: age, source: exchange.sender, isPushed: !wasToldToAll)
    }

    private mutating func take(_ news: News, from sender: ProcessID) -> Bool {
        let source = Source.datagram(sender: sender)
        switch news {
        case .alive(let card): return alive(card, via: source)
        case .suspect(let process, let incarnation, let accuser):
            return suspect(process, incarnation: incarnation, accuser: accuser, via: source)
        case .dead(let process, let incarnation, let accuser):
            return dead(process, incarnation: incarnation, accuser: accuser, via: source)
        case .fact(let fact): return learn(fact, settlingAt: now + configuration.settleDelay)
        }
    }

    private mutating func isWithinRate(_ sender: ProcessID) -> Bool {
        // Strangers share one.
        let payer = table.slot(of: sender) == nil ? ProcessID(bits: 0) : sender
        var budget =
            senderBudgets[payer]
            ?? TokenBucket(rate: configuration.senderRate, burst: configuration.senderBurst, now: now)
        defer { senderBudgets[payer] = budget }
        return budget.take(1, at: now)
    }

    mutating func announced(_ ids: [UInt64], in exchange: inout Exchange) {
        let unknown = ids.filter { !recent.contains($0) }
        guard !unknown.isEmpty else { return }
        let urgent = pulls.announced(unknown, by: exchange.sender, at: now)
        guard !urgent.isEmpty else { return }
        count.pullsSent += UInt64(urgent.count)
        exchange.reply += urgent.inParts(of: Self.idsPerPart).map { .pull($0) }
    }

    mutating func pulled(_ ids: [UInt64], in exchange: inout Exchange) {
        var bytes = 0
        for id in ids where bytes < Self.pulledBytesLimit {
            guard let slot = spread.slot(forID: id) else { continue }
            count.pullsAnswered += 1
            bytes += slot.body.count + 8
            exchange.reply.append(.news(age: slot.age(at: now), body: slot.body[...]))
        }
        newsBudget.draw(bytes / configuration.plaintextBudget + 1, at: now)
    }

    // MARK: - Telling

    mutating func enqueue(_ news: News, age: UInt64, source: ProcessID?) {
        let body = news.body
        let id = hash.hash(body)
        recent.insert(id)
        enqueue(news, body: body, id: id, age: age, source: source)
    }

    private mutating func enqueue(
        _ news: News, body: [UInt8], id: UInt64, age: UInt64, source: ProcessID?, isPushed: Bool = true
    ) {
        guard table.live.count > 1 else { return }
        spread.insert(
            subject: subject(of: news), id: id, body: body, isAboutMember: news.isAboutMember, age: age,
            source: source, isPushed: isPushed, now: now)
    }

    private func subject(of news: News) -> UInt64 {
        switch news {
        case .alive(let card): hash.memberKey(card.process)
        case .suspect(let process, _, _), .dead(let process, _, _): hash.memberKey(process)
        case .fact(let fact): facts.key(of: fact)
        }
    }

    /// More while many probes are lost: what the push misses costs a round of announcements.
    private var fanout: Int {
        let base = table.live.count > 1000 ? configuration.fanoutOfLargeFleet : configuration.fanout
        return base + (isLossy ? 2 : 0)
    }

    private var isLossy: Bool { probeLoss > 0.05 }

    /// Whether what is published here goes to everybody from here: the rest of a small fleet then need not pass it on,
    /// and who misses it hears of it by the announcements.
    private var tellsAll: Bool { table.live.count - 1 <= configuration.directLimit && !isLossy }

    /// The datagrams that a piece of news costs.
    private var pushWidth: Int { tellsAll ? table.live.count - 1 : min(fanout, table.live.count - 1) }

    /// Sends what has just come in at once, as far as the budget goes; the rest waits and shares datagrams.
    mutating func flushNews() {
        guard spread.hasPushes else { return }
        let width = pushWidth
        guard width > 0 else { return }
        dropOverduePushes()
        while spread.hasPushes {
            guard newsBudget.take(width, at: now) else { return }
            let (packet, sources) = nextNewsPacket()
            guard !packet.isEmpty else { return }
            let bytes = packet.sealed(with: hash)
            let except = sources.count == 1 ? sources : []
            let isMine = sources.contains(card.process)
            for slot in randomMembers(isMine ? width : min(fanout, width), except: except) {
                send(bytes, toMember: slot)
            }
        }
    }

    /// Waited for the budget too long: their ids are announced, and who lacks them asks.
    private mutating func dropOverduePushes() {
        for aboutMember in [true, false] {
            while let next = spread.nextPush(aboutMember: aboutMember),
                next.ticket.due + configuration.newsDelayLimit < now
            {
                spread.dropPush(aboutMember: aboutMember)
                count.newsDegraded += 1
            }
        }
    }

    /// One datagram: members first, but each kind has half of it to itself while the other has more to say.
    private mutating func nextNewsPacket() -> (GossipPacket, sources: [ProcessID]) {
        var packet = GossipPacket(budget: configuration.plaintextBudget)
        var sources: [ProcessID] = []
        fill(&packet, aboutMember: true, leaving: packet.room / 2, &sources)
        fill(&packet, aboutMember: false, leaving: 0, &sources)
        fill(&packet, aboutMember: true, leaving: 0, &sources)
        return (packet, sources)
    }

    private mutating func fill(
        _ packet: inout GossipPacket, aboutMember: Bool, leaving reserve: Int, _ sources: inout [ProcessID]
    ) {
        while let next = spread.nextPush(aboutMember: aboutMember) {
            let (age, body) = (next.slot.age(at: now), next.slot.body[...])
            let part =
                next.slot.source == nil && tellsAll
                ? GossipPart.newsToAll(age: age, body: body) : .news(age: age, body: body)
            guard packet.isEmpty || packet.room - next.slot.body.count >= reserve, packet.append(part) else {
                if packet.isEmpty { spread.dropPush(aboutMember: aboutMember) } else { return }
                continue
            }
            spread.dropPush(aboutMember: aboutMember)
            count.payloadsSent += 1
            // A second source: nobody is left out.
            let source = next.slot.source ?? card.process
            if !sources.contains(source) { sources.append(source) }
        }
    }

    private mutating func send(_ bytes: [UInt8], toMember slot: MemberTable.Slot) {
        guard let address = table.address(slot), let process = table.process(slot) else { return }
        send(bytes, to: address, receiver: process)
    }

    // MARK: - Later

    mutating func spreadDue() {
        // A timer that was overtaken by an earlier one leaves the later one armed.
        if spreadArmedAt <= now { spreadArmedAt = .never }
        if let due = spread.announcementDue, due <= now { announce() }
        for request in pulls.takeDue(at: now) {
            let ids = request.ids.filter { !recent.contains($0) }
            guard !ids.isEmpty, let slot = table.slot(of: request.announcer) else { continue }
            count.pullsSent += UInt64(ids.count)
            send(ids.inParts(of: Self.idsPerPart).map { .pull($0) }, to: slot)
        }
        spread.expire(at: now)
    }

    private mutating func announce() {
        let ids = spread.takeAnnouncements(at: now)
        guard !ids.isEmpty else { return }
        let parts = ids.inParts(of: Self.idsPerPart).map { GossipPart.announce($0) }
        let listeners = randomMembers(configuration.announceFanout)
        newsBudget.draw(parts.count * listeners.count, at: now)
        for slot in listeners {
            count.idsAnnounced += UInt64(ids.count)
            send(parts, to: slot)
        }
    }

    /// Of one answer to a pull; the rest is asked for again, or repaired.
    private static var pulledBytesLimit: Int { 16 * 1024 }

    /// As many as fit into the smallest datagram that may be configured.
    private static var idsPerPart: Int { 60 }

    /// The spread's next instant, in the heap once.
    mutating func armSpread() {
        var due = GossipInstant.never
        if let announcement = spread.announcementDue { due = min(due, announcement) }
        if let pull = pulls.nextDue { due = min(due, pull) }
        if let expiry = spread.expiryDue { due = min(due, expiry) }
        if spread.hasPushes, table.live.count > 1 {
            due = min(due, newsBudget.instant(of: pushWidth, from: now))
        }
        guard due < spreadArmedAt else { return }
        spreadArmedAt = due
        timers.arm(.spread, at: due)
    }
}

extension [UInt64] {
    fileprivate func inParts(of size: Int) -> [[UInt64]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
