internal import Gossip

/// Streams: what is asked over them, and how that ends. Every call ends: answered, refused or broken.
extension Fleet {
    /// After this a caller gives a silent stream up.
    static var callTimeout: Span { .seconds(1) }

    /// From a proxy's core to another proxy.
    ///
    /// - Parameter end: when the caller gives it up; ``callTimeout`` from now by itself.
    @discardableResult
    func begin(_ question: Call.Question, from host: Int, to card: MemberCard, until end: Moment? = nil) -> UInt64 {
        members[host].traffic.streamCalls += 1
        let caller = Call.Caller.host(host, life: members[host].life)
        let number = AddressBook.number(of: card.address)
        var target: Int?
        if case .host(let holder)? = number.flatMap({ addresses.holder(of: $0) }) { target = holder }
        let call = calls.begin(caller, to: target ?? -1, process: card.process, member: card.name, question)
        queue.schedule(.callBroke(call: call.id), at: max(now, end ?? now + Self.callTimeout))
        if let target, let delay = network.streamDelay(from: host, to: target, at: now) {
            schedule(.callArrived(call), after: delay)
        }
        return call.id
    }

    /// A call from a place that no cut reaches.
    func begin(_ question: Call.Question, from caller: Call.Caller, to host: Int, timeout: Span) {
        let call = calls.begin(caller, to: host, process: nil, member: nil, question)
        schedule(.callBroke(call: call.id), after: timeout)
        schedule(.callArrived(call), after: dice.logNormal(median: .microseconds(500), sigma: 0.6))
    }

    // MARK: - At the one who is asked

    func arrive(_ call: Call) {
        guard members[call.to].isUp else { return reply(.refused, to: call) }
        if members[call.to].isBusy { receive(.call(call), at: call.to) } else { take(call, at: call.to) }
    }

    func take(_ call: Call, at host: Int) {
        note(11, host: host)
        if let process = call.process, process != members[host].process { return reply(.refused, to: call) }
        switch call.question {
        case .ping: reply(.pong, to: call)
        case .repair(let question):
            if let answer = answer(question, at: host) { reply(.repaired(answer), to: call) }
        case .report(let report): reported(report, to: host, in: call)
        case .wake(let question): asked(question, at: host, in: call)
        }
    }

    private func answer(_ question: RepairQuestion, at host: Int) -> RepairAnswer? {
        var actions = spareActions.popLast() ?? []
        let instant = members[host].clock.instant(at: now)
        let answer = members[host].node?.core.answer(question, at: instant, into: &actions)
        let life = members[host].life
        for action in actions {
            guard members[host].life == life else { break }
            perform(action, at: host)
        }
        actions.removeAll(keepingCapacity: true)
        spareActions.append(actions)
        if members[host].life == life { rearm(host) }
        return answer
    }

    func reply(_ answer: CallAnswer, to call: Call) {
        var delay: Span? = dice.logNormal(median: .microseconds(500), sigma: 0.6)
        if case .host(let caller, _) = call.caller, call.to >= 0 {
            delay = network.streamDelay(from: call.to, to: caller, at: now)
        }
        guard let delay else { return }
        schedule(.answerArrived(call: call.id, answer), after: delay)
    }

    // MARK: - At the one who asked

    func arrive(_ answer: CallAnswer, of id: UInt64) {
        guard let host = callingHost(of: id) else { return }
        if host >= 0, members[host].isBusy {
            receive(.answer(call: id, answer), at: host)
        } else {
            take(answer, of: id)
        }
    }

    func callBroke(_ id: UInt64) {
        guard let host = callingHost(of: id) else { return }
        if host >= 0, members[host].isBusy { receive(.callBroke(call: id), at: host) } else { takeBreakage(of: id) }
    }

    /// - Returns: -1 for an agent, `nil` for a call that has ended or whose caller has.
    private func callingHost(of id: UInt64) -> Int? {
        guard let call = calls.peek(id)?.call else { return nil }
        guard case .host(let host, let life) = call.caller else { return -1 }
        guard members[host].life == life else {
            _ = calls.end(id)
            return nil
        }
        return host
    }

    func take(_ answer: CallAnswer, of id: UInt64) {
        if case .wake(let reply) = answer, !reply.isLast {
            if let call = calls.peek(id)?.call { wakeReplied(reply, to: call) }
            return
        }
        guard let pending = calls.end(id) else { return }
        switch answer {
        case .refused: broke(pending)
        case .pong:
            if case .host(let host, _) = pending.call.caller, let process = pending.call.process {
                handle(.streamPinged(process, isAlive: true), at: host)
            }
        case .repaired(let answer):
            if case .host(let host, _) = pending.call.caller, let member = pending.member {
                handle(.repairAnswered(member, answer), at: host)
            }
        case .reported(let version, let life): reportAcknowledged(upTo: version, life: life, of: pending.call)
        case .wake(let reply): wakeReplied(reply, to: pending.call)
        }
    }

    func takeBreakage(of id: UInt64) {
        guard let pending = calls.end(id) else { return }
        broke(pending)
    }

    private func broke(_ pending: CallTable.Pending) {
        switch (pending.call.question, pending.call.caller) {
        case (.ping, .host(let host, _)):
            if let process = pending.call.process { handle(.streamPinged(process, isAlive: false), at: host) }
        case (.repair, .host(let host, _)):
            if let member = pending.member { handle(.repairFailed(member), at: host) }
        case (.report, _): reportBroke(pending.call)
        case (.wake, _): wakeBroke(pending.call)
        case (.ping, .agent), (.repair, .agent): break
        }
    }
}
