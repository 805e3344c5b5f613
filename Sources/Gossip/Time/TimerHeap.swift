/// The one heap of timers: which event is due next. Events due at one instant come out in the order they went in.
struct TimerHeap<Event: Sendable>: Sendable {
    private struct Entry: Sendable {
        var due: GossipInstant
        var order: UInt64
        var event: Event

        func isBefore(_ other: Entry) -> Bool { (due, order) < (other.due, other.order) }
    }

    private var entries: [Entry] = []
    private var counter: UInt64 = 0

    var count: Int { entries.count }
    var next: (due: GossipInstant, event: Event)? { entries.first.map { ($0.due, $0.event) } }

    mutating func arm(_ event: Event, at due: GossipInstant) {
        counter &+= 1
        entries.append(Entry(due: due, order: counter, event: event))
        var child = entries.count - 1
        while child > 0, entries[child].isBefore(entries[(child - 1) / 2]) {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func popNext() -> Event? {
        guard let first = entries.first else { return nil }
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            sink()
        }
        return first.event
    }

    private mutating func sink() {
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < entries.count else { return }
            let right = left + 1
            let least = right < entries.count && entries[right].isBefore(entries[left]) ? right : left
            guard entries[least].isBefore(entries[parent]) else { return }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}
