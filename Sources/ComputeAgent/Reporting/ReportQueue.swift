package import Gossip

/// What one target has not acknowledged yet, in order. Sent as often as the connection breaks, forgotten once
/// acknowledged; but for the newest, which a target that was started anew has never heard.
package struct ReportQueue: Sendable {
    /// Most transitions kept for a target that does not answer.
    package let limit: Int
    private var unacknowledged: [Transition] = []
    /// How many at the front have been sent on the present connection.
    private var sentCount = 0
    private var newestAcknowledged: Transition?

    package init(limit: Int = 256) {
        self.limit = max(1, limit)
    }

    package var isEmpty: Bool { unacknowledged.isEmpty }
    package var count: Int { unacknowledged.count }

    /// At the limit the oldest that only moved the activity goes first, else the oldest; the newest always stays.
    package mutating func append(_ transition: Transition) {
        unacknowledged.append(transition)
        for place in unacknowledged.trim(to: limit) where place < sentCount { sentCount -= 1 }
    }

    /// - Returns: the next to be sent on the present connection, which then counts as sent.
    package mutating func next() -> Transition? {
        guard sentCount < unacknowledged.count else { return nil }
        defer { sentCount += 1 }
        return unacknowledged[sentCount]
    }

    /// Cumulative. An acknowledgement of what was never sent is the peer's mistake and changes only what it covers.
    package mutating func acknowledged(through version: FactVersion) {
        while let first = unacknowledged.first, first.version <= version {
            newestAcknowledged = unacknowledged.removeFirst()
            sentCount = max(0, sentCount - 1)
        }
    }

    /// A new connection: everything unacknowledged goes out again. Without any it is the newest there ever was: this may
    /// be another process than the one that acknowledged it, and it is all it needs to know.
    package mutating func reconnected() {
        sentCount = 0
        if unacknowledged.isEmpty, let newestAcknowledged { unacknowledged = [newestAcknowledged] }
    }
}
