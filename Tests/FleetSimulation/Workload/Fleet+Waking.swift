internal import Gossip

/// The shell around each member's `WakeDesk`: streams to other members, the timer, the call to the control plane.
extension Fleet {
    private static let beat: Span = .milliseconds(250)

    func startWaking(at host: Int) {
        guard !workload.databases.isEmpty else { return }
        members[host].waking = WakeRoom(me: members[host].name, seed: processDice.next())
        viewChanged(to: members[host].node?.core.members ?? [], at: host)
    }

    func stopWaking(at host: Int) {
        let incoming = members[host].waking?.incoming ?? []
        members[host].waking = nil
        // Their streams are reset.
        for call in incoming { reply(.refused, to: call) }
        clientsLostProxy(host)
        requestsLostProxy(host)
    }

    func viewChanged(to reports: [MemberReport], at host: Int) {
        guard members[host].waking != nil else { return }
        let seen = reports.compactMap { report -> WakeView.Member? in
            guard report.health.isLive, report.card.wakeVersion > 0 else { return nil }
            let standing: WakeView.Standing =
                report.card.isDraining ? .draining : report.health == .suspect ? .suspect : .alive
            return WakeView.Member(id: report.card.name, standing: standing)
        }
        drive(.viewChanged(WakeView(me: members[host].name, members: seen)), at: host)
    }

    // MARK: - Driving

    func drive(_ input: SimulatedDesk.Input, at host: Int) {
        guard members[host].waking != nil else { return }
        let instant = members[host].clock.instant(at: now)
        let life = members[host].life
        var actions: [SimulatedDesk.Action] = []
        members[host].waking?.desk.handle(input, at: instant, into: &actions)
        for action in actions {
            guard members[host].life == life else { return }
            perform(action, at: host)
        }
        rearmWaking(host)
    }

    private func perform(_ action: SimulatedDesk.Action, at host: Int) {
        note(12, host: host)
        say(host, "wake: \(action)")
        switch action {
        case .answer(let waiters, let outcome):
            for waiter in waiters { answer(waiter, outcome, at: host) }
        case .redirect(let waiter, let owner, let unknown):
            let cards = unknown.compactMap { members[host].node?.core.card(of: $0) }
            answerCall(of: waiter, PeerWakeAnswer(reply: .redirected(to: owner), cards: cards), at: host)
        case .ask(let ask, let member, let call, let deadline, let errand):
            let moment = members[host].clock.moment(of: deadline)
            put(.wake(call, deadline: moment, errand), to: member, for: ask, until: moment, at: host)
        case .askState(let ask, let member, let endpoint):
            put(.state(endpoint), to: member, for: ask, until: now + Self.callTimeout * 2, at: host)
        case .giveUp(let ask): giveUp(ask, at: host)
        case .execute(let flight, let endpoint, let key, let deadline, _):
            requestWake(of: endpoint, key, flight: flight, until: members[host].clock.moment(of: deadline), at: host)
        }
    }

    private func rearmWaking(_ host: Int) {
        guard let deadline = members[host].waking?.desk.nextDeadline else { return }
        let due = max(now, members[host].clock.moment(of: deadline))
        guard members[host].waking?.timerAt != due else { return }
        members[host].waking?.timerAt = due
        members[host].waking?.timerToken &+= 1
        let token = members[host].waking?.timerToken ?? 0
        queue.schedule(.workload(.wakeTimer(host: host, life: members[host].life, token: token)), at: due)
    }

    func wakeTimerFired(_ host: Int, token: UInt64) {
        guard members[host].waking?.timerToken == token else { return }
        members[host].waking?.timerAt = .never
        drive(.timePassed, at: host)
    }

    // MARK: - Asking members

    private func put(_ question: PeerWake, to member: MemberID, for ask: WakeAskID, until end: Moment, at host: Int) {
        guard let card = members[host].node?.core.card(of: member) else {
            // Known to the ranking a moment ago, gone by now.
            schedule(.workload(.askLost(host: host, life: members[host].life, ask: ask)), after: .microseconds(1))
            return
        }
        let id = begin(.wake(question), from: host, to: card, until: end)
        members[host].waking?.callOfAsk[ask] = id
        members[host].waking?.askOfCall[id] = ask
    }

    private func giveUp(_ ask: WakeAskID, at host: Int) {
        guard let id = members[host].waking?.callOfAsk.removeValue(forKey: ask) else { return }
        members[host].waking?.askOfCall[id] = nil
        guard let call = calls.end(id)?.call, call.to >= 0 else { return }
        if let delay = network.streamDelay(from: host, to: call.to, at: now) {
            schedule(.workload(.callCancelled(host: call.to, call: id)), after: delay)
        }
    }

    func askLost(_ host: Int, ask: WakeAskID) {
        drive(.heard(ask, .lost), at: host)
    }

    func wakeReplied(_ answer: PeerWakeAnswer, to call: Call) {
        guard case .host(let host, _) = call.caller, let ask = members[host].waking?.askOfCall[call.id] else { return }
        if answer.isLast { forget(call.id, ask, at: host) }
        if !answer.cards.isEmpty { handle(.membersHeard(answer.cards), at: host) }
        drive(.heard(ask, answer.reply), at: host)
    }

    func wakeBroke(_ call: Call) {
        guard case .host(let host, _) = call.caller, let ask = members[host].waking?.askOfCall[call.id] else { return }
        forget(call.id, ask, at: host)
        drive(.heard(ask, .lost), at: host)
    }

    private func forget(_ call: UInt64, _ ask: WakeAskID, at host: Int) {
        members[host].waking?.askOfCall[call] = nil
        members[host].waking?.callOfAsk[ask] = nil
    }

    // MARK: - Being asked

    func asked(_ question: PeerWake, at host: Int, in call: Call) {
        switch question {
        case .state(let endpoint):
            guard let state = members[host].waking?.desk.flightState(of: endpoint) else { return }
            reply(.wake(PeerWakeAnswer(reply: .state(state))), to: call)
        case .wake(let wake, let deadline, let errand):
            guard let number = number(of: wake.endpoint), let waiter = members[host].waking?.desk.newWaiter() else {
                return reply(.refused, to: call)
            }
            members[host].waking?.waiters[waiter] = .call(call.id)
            members[host].waking?.waiterOfCall[call.id] = waiter
            members[host].waking?.incoming.append(call)
            let known = members[host].locations.location(of: number)
            drive(
                .called(
                    by: waiter, wake, deadline: members[host].clock.instant(at: deadline), errand,
                    known: known.map {
                        SimulatedLocation(endpoint: wake.endpoint, version: $0.version, place: $0.place)
                    },
                    floor: members[host].locations.seenGeneration(of: number)),
                at: host)
            beat(host, life: members[host].life, call: call.id)
        }
    }

    /// A sign of life to one caller, now and while it waits.
    func beat(_ host: Int, life: Int, call id: UInt64) {
        guard members[host].life == life, let call = members[host].waking?.incoming.first(where: { $0.id == id }),
            case .wake(.wake(let wake, let deadline, _)) = call.question
        else { return }
        guard now < deadline else { return cancelled(id, at: host) }
        let key = members[host].waking?.desk.flightKey(of: wake.endpoint)
        reply(.wake(PeerWakeAnswer(reply: .beat(key))), to: call)
        schedule(.workload(.wakeBeat(host: host, life: life, call: id)), after: Self.beat)
    }

    func cancelled(_ id: UInt64, at host: Int) {
        guard let waiter = members[host].waking?.waiterOfCall[id] else { return }
        endCall(id, waiter, at: host)
        drive(.left(waiter), at: host)
    }

    private func answer(_ waiter: WakeWaiterID, _ outcome: SimulatedOutcome, at host: Int) {
        switch members[host].waking?.waiters[waiter] {
        case .client(let client):
            members[host].waking?.waiters[waiter] = nil
            answered(client, outcome)
        case .call: answerCall(of: waiter, PeerWakeAnswer(reply: .settled(outcome)), at: host)
        case nil: violate(host, "answers somebody who does not wait")
        }
    }

    private func answerCall(of waiter: WakeWaiterID, _ answer: PeerWakeAnswer, at host: Int) {
        guard case .call(let id)? = members[host].waking?.waiters[waiter],
            let call = members[host].waking?.incoming.first(where: { $0.id == id })
        else { return violate(host, "answers a call that does not wait") }
        endCall(id, waiter, at: host)
        reply(.wake(answer), to: call)
    }

    private func endCall(_ id: UInt64, _ waiter: WakeWaiterID, at host: Int) {
        members[host].waking?.waiters[waiter] = nil
        members[host].waking?.waiterOfCall[id] = nil
        members[host].waking?.incoming.removeAll { $0.id == id }
    }

    func number(of endpoint: EndpointName) -> Int? {
        workload.databases.firstIndex { $0.endpoint == endpoint }
    }
}
