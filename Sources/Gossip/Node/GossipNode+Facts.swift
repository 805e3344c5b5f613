extension GossipNode {
    /// Learned by this process itself: it has applied it, and everybody else should hear.
    mutating func published(_ fact: Fact) {
        guard isWithinLimits(fact) else {
            count.implausible += 1
            return
        }
        guard facts.merge(fact, settlingAt: now + configuration.settleDelay, into: &digest) == .fresh else { return }
        count.newsPublished += 1
        enqueue(.fact(fact), age: 0, source: nil)
    }

    /// - Returns: whether it was new here.
    mutating func learn(_ fact: Fact, settlingAt due: GossipInstant) -> Bool {
        switch facts.merge(fact, settlingAt: due, into: &digest) {
        case .fresh:
            outbox.append(.learned(fact))
            return true
        case .refilled, .known, .stale: return false
        }
    }

    private func isWithinLimits(_ fact: Fact) -> Bool {
        guard case .endpoint(let fact) = fact, case .running(let place) = fact.phase else { return true }
        return place.isWithinLimits
    }
}
