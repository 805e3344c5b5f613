/// Who watches, and what each has not yet taken. Opens nothing and waits for nothing.
///
/// Every watcher has a ring of its own. A full one lets go of its oldest event and counts it, so that a watcher that does
/// not read costs a bounded amount of memory, slows nobody down, and learns how much it has missed.
package struct EventBoard: Sendable {
    package struct WatcherID: Hashable, Sendable {
        let number: UInt64
    }

    /// What a watcher takes in one go.
    package struct Batch: Sendable, Equatable {
        /// Older than all of `events`, and gone.
        package var missed: UInt64
        /// Oldest first.
        package var events: [FleetEvent]

        package var isEmpty: Bool { missed == 0 && events.isEmpty }
    }

    private struct Watcher: Sendable {
        var filter: EventFilter
        /// From `start` on, oldest first; before it, what has been dropped and not yet been moved out.
        var waiting: [FleetEvent] = []
        var start = 0
        var missed: UInt64 = 0
    }

    private let watcherLimit: Int
    private let eventLimit: Int
    private var watchers: [WatcherID: Watcher] = [:]
    private var counter: UInt64 = 0

    /// - Parameters:
    ///   - watcherLimit: who may watch at one time.
    ///   - eventLimit: events that wait for one watcher; at least 1.
    package init(watcherLimit: Int = 64, eventLimit: Int = 1024) {
        self.watcherLimit = watcherLimit
        self.eventLimit = max(1, eventLimit)
    }

    package var isWatched: Bool { !watchers.isEmpty }

    /// - Returns: `nil` when too many watch.
    package mutating func add(_ filter: EventFilter) -> WatcherID? {
        guard watchers.count < watcherLimit else { return nil }
        counter += 1
        let id = WatcherID(number: counter)
        watchers[id] = Watcher(filter: filter)
        return id
    }

    package mutating func remove(_ id: WatcherID) {
        watchers[id] = nil
    }

    /// - Returns: whom to tell that there is something to take: those that had nothing before.
    package mutating func publish(_ event: FleetEvent) -> [WatcherID] {
        let wanting = watchers.filter { $0.value.filter.fits(event.what) }.keys.sorted { $0.number < $1.number }
        return wanting.filter { put(event, before: $0) }
    }

    /// For one watcher alone, whether its filter fits or not.
    package mutating func offer(_ event: FleetEvent, to id: WatcherID) -> Bool {
        put(event, before: id)
    }

    /// Everything that waits.
    package mutating func take(_ id: WatcherID) -> Batch {
        guard let watcher = watchers[id] else { return Batch(missed: 0, events: []) }
        watchers[id]?.waiting = []
        watchers[id]?.start = 0
        watchers[id]?.missed = 0
        return Batch(missed: watcher.missed, events: Array(watcher.waiting[watcher.start...]))
    }

    /// - Returns: whether it is the first one that waits.
    private mutating func put(_ event: FleetEvent, before id: WatcherID) -> Bool {
        guard var watcher = watchers.removeValue(forKey: id) else { return false }
        let wasEmpty = watcher.waiting.isEmpty
        watcher.waiting.append(event)
        if watcher.waiting.count - watcher.start > eventLimit {
            watcher.start += 1
            watcher.missed += 1
        }
        // Moved out now and then, and not at each drop.
        if watcher.start >= eventLimit {
            watcher.waiting.removeFirst(watcher.start)
            watcher.start = 0
        }
        watchers[id] = watcher
        return wasEmpty
    }
}
