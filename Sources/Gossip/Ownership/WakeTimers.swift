/// The next look of every walk and takeover, soonest first.
struct WakeTimers: Sendable {
    enum Timer: Hashable, Sendable {
        case walk(WakeFlightID)
        case takeover(WakeFlightID)
    }

    private struct Entry: Sendable {
        var due: GossipInstant
        /// Of equal times, the one set first comes first.
        var order: UInt64
        var timer: Timer

        func isBefore(_ other: Entry) -> Bool { (due, order) < (other.due, other.order) }
    }

    private var entries: [Entry] = []
    private var current: [Timer: Entry] = [:]
    private var counter: UInt64 = 0

    var first: GossipInstant? { entries.first?.due }

    /// Replaces what was set for this timer; `nil` takes it away.
    mutating func set(_ timer: Timer, at due: GossipInstant?) {
        if let present = current[timer] {
            guard present.due != due else { return }
            entries.remove(at: place(of: present))
            current[timer] = nil
        }
        guard let due else { return }
        counter += 1
        let entry = Entry(due: due, order: counter, timer: timer)
        entries.insert(entry, at: place(of: entry))
        current[timer] = entry
    }

    mutating func takeDue(at now: GossipInstant) -> [Timer] {
        let due = entries.prefix { $0.due <= now }
        entries.removeFirst(due.count)
        for entry in due { current[entry.timer] = nil }
        return due.map(\.timer)
    }

    private func place(of entry: Entry) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].isBefore(entry) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
