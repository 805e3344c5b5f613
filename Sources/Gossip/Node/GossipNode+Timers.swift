extension GossipNode {
    var sweepInterval: Duration { min(.seconds(600), configuration.tombstoneLifetime * 0.25) }

    mutating func fireTimers() {
        while let next = timers.next, next.due <= now {
            _ = timers.popNext()
            fire(next.event)
        }
    }

    private mutating func fire(_ timer: Timer) {
        switch timer {
        case .probe: probeNext()
        case .directTimeout(let sequence): directTimedOut(sequence)
        case .verdict(let sequence): probeEnded(sequence)
        case .helpTimeout(let sequence): helpTimedOut(sequence)
        case .suspicion(let process): suspicionTimedOut(process)
        case .reminder(let process): remind(process)
        case .deadRetry: retryDead()
        case .contact: contactSome()
        case .spread: spreadDue()
        case .repairTimeout(let id): repairTimedOut(id)
        case .sweep: forgetLongGone()
        case .left:
            departure = .gone
            outbox.append(.left)
        }
    }

    /// Those that would do nothing any more, so that nobody is woken for them.
    mutating func dropSettledTimers() {
        while let next = timers.next, !isPending(next.event) { _ = timers.popNext() }
    }

    private func isPending(_ timer: Timer) -> Bool {
        switch timer {
        case .directTimeout(let sequence): probe?.sequence == sequence
        case .verdict(let sequence): probe?.sequence == sequence
        case .helpTimeout(let sequence): helped[sequence] != nil
        case .suspicion(let process), .reminder(let process): suspicions[process] != nil
        case .repairTimeout(let id): repair?.id == id
        case .probe, .deadRetry, .contact, .spread, .sweep, .left: true
        }
    }

    /// A process that stood still must not wake up and accuse everybody: what it did not hear, it could not have heard
    /// (facts/gossip.md §3.5). Trust in itself goes down first, and suspicions get the time that it slept.
    mutating func noticePause() {
        defer { lastHandled = now }
        guard let due = timers.next?.due, due < now else { return }
        let lateness = max(due, lastHandled).duration(to: now)
        guard lateness > configuration.probeInterval * 2 else { return }
        count.pauses += 1
        tell(.paused(lateness))
        probe = nil
        helped = [:]
        changeHealth { $0.change(by: 1) }
        // By id, for the order reaches the heap.
        for process in suspicions.keys.sorted() {
            suspicions[process]?.postpone(by: lateness + configuration.probeInterval)
        }
    }

    mutating func changeHealth(_ change: (inout LocalHealth) -> Bool) {
        if change(&localHealth) { tell(.localHealthChanged(localHealth.score)) }
    }
}
