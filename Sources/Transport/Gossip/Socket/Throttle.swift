internal import Gossip

/// Lets a kind of trouble be told once at first, then once per interval together with how often it came in between: a
/// stranger must not fill the log.
struct Throttle<Kind: Hashable> {
    /// Kinds remembered. Further ones are not told.
    static var kindLimit: Int { 512 }

    private struct Entry {
        var lastTold: GossipInstant
        var untold = 0
    }

    let interval: Duration
    private var entries: [Kind: Entry] = [:]

    init(interval: Duration) {
        self.interval = interval
    }

    /// - Returns: how many times it has happened since it was last told, this one included; `nil` when not yet to be told.
    mutating func happened(_ kind: Kind, at now: GossipInstant) -> Int? {
        guard var entry = entries[kind] else {
            guard entries.count < Self.kindLimit else { return nil }
            entries[kind] = Entry(lastTold: now)
            return 1
        }
        entry.untold += 1
        defer { entries[kind] = entry }
        guard now >= entry.lastTold + interval else { return nil }
        defer { entry = Entry(lastTold: now) }
        return entry.untold
    }
}
