/// Ids that have been announced here and not arrived: waits a moment for the payload, then asks for it, and asks another
/// announcer while no answer comes. A pull and its answer are lost twice as easily as one datagram; without asking again
/// only the next round of announcements, 20 ms and more away, would mend it.
struct PullDesk: Sendable {
    struct Request: Equatable, Sendable {
        var announcer: ProcessID
        var ids: [UInt64]
    }

    private struct Wait: Sendable {
        /// Who has it, in order of announcing; at most ``announcerLimit``.
        var announcers: [ProcessID]
        /// How often it has been pulled.
        var pulls = 0
    }

    private struct Ticket: Sendable {
        var id: UInt64
        var due: GossipInstant
    }

    private static let announcerLimit = 4
    /// How long each pull may take before the next one. Twice a round trip at first, then more, for far members' sake.
    private static let patience: [Duration] = [
        .milliseconds(10), .milliseconds(20), .milliseconds(40), .milliseconds(80),
    ]
    /// After this, an id that never came is forgotten, and left to repair.
    private static let lifetime: Duration = .milliseconds(500)

    private let delay: Duration
    private let limit: Int
    private var waits: [UInt64: Wait] = [:]
    /// Not pulled yet; then pulled once, twice, and so on. All delays of one line are the same, so each is in order.
    private var lines: [Fifo<Ticket>]
    private var expiries = Fifo<Ticket>()

    init(delay: Duration, limit: Int) {
        self.delay = delay
        self.limit = max(1, limit)
        lines = (0...Self.patience.count).map { _ in Fifo() }
    }

    var nextDue: GossipInstant? { lines.compactMap { $0.first?.due }.min() }
    var count: Int { waits.count }

    /// Ids that nobody here knows.
    ///
    /// - Returns: those to pull at once, from this announcer: heard for the second time.
    mutating func announced(_ ids: [UInt64], by announcer: ProcessID, at now: GossipInstant) -> [UInt64] {
        expire(at: now)
        var urgent: [UInt64] = []
        for id in ids {
            guard var wait = waits[id] else {
                guard waits.count < limit else { continue }
                waits[id] = Wait(announcers: [announcer])
                lines[0].append(Ticket(id: id, due: now + delay))
                expiries.append(Ticket(id: id, due: now + Self.lifetime))
                continue
            }
            if wait.announcers.count < Self.announcerLimit, !wait.announcers.contains(announcer) {
                wait.announcers.append(announcer)
            }
            if wait.pulls == 0 {
                pulled(id, &wait, at: now)
                urgent.append(id)
            }
            waits[id] = wait
        }
        return urgent
    }

    mutating func arrived(_ id: UInt64) { waits[id] = nil }

    /// What has been waited for long enough, by announcer.
    mutating func takeDue(at now: GossipInstant) -> [Request] {
        var requests: [Request] = []
        for line in lines.indices {
            while let ticket = lines[line].first, ticket.due <= now {
                _ = lines[line].popFirst()
                // It has arrived, or was pulled before its turn.
                guard var wait = waits[ticket.id], wait.pulls == line else { continue }
                let announcer = wait.announcers[wait.pulls % wait.announcers.count]
                pulled(ticket.id, &wait, at: now)
                waits[ticket.id] = wait
                if let index = requests.firstIndex(where: { $0.announcer == announcer }) {
                    requests[index].ids.append(ticket.id)
                } else {
                    requests.append(Request(announcer: announcer, ids: [ticket.id]))
                }
            }
        }
        expire(at: now)
        return requests
    }

    private mutating func pulled(_ id: UInt64, _ wait: inout Wait, at now: GossipInstant) {
        if wait.pulls < Self.patience.count {
            lines[wait.pulls + 1].append(Ticket(id: id, due: now + Self.patience[wait.pulls]))
        }
        wait.pulls += 1
    }

    private mutating func expire(at now: GossipInstant) {
        while let ticket = expiries.first, ticket.due <= now {
            _ = expiries.popFirst()
            waits[ticket.id] = nil
        }
    }
}
