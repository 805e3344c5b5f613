/// Whether somebody who promised a sign of life every beat still gives one.
///
/// A process that was held up itself finds everybody silent when it wakes, with the signs of life still in its receive
/// queue: a look that comes late excuses the other for one more beat (as facts: gossip §3.5 asks of suspicions).
struct BeatWatch: Equatable, Sendable {
    enum Look: Equatable, Sendable {
        case waiting
        case quiet
    }

    let since: GossipInstant
    private(set) var heardAt: GossipInstant?
    /// When to look next.
    private(set) var due: GossipInstant
    private var excuses = 0

    init(since: GossipInstant, patience: Duration) {
        self.since = since
        due = since + patience
    }

    /// Silent since when.
    var stillSince: GossipInstant { heardAt ?? since }

    mutating func heard(at now: GossipInstant, _ configuration: WakeConfiguration) {
        heardAt = now
        excuses = 0
        due = now + configuration.quietAfter
    }

    mutating func look(at now: GossipInstant, _ configuration: WakeConfiguration) -> Look {
        guard due <= now else { return .waiting }
        guard due.duration(to: now) >= configuration.lateTimer, excuses < configuration.lateTimerLimit else {
            return .quiet
        }
        excuses += 1
        due = now + configuration.beat
        return .waiting
    }
}
