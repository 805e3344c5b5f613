/// Who is to be looked at when: a binary heap, the earliest first.
struct DueTimes {
    private var heap: [(time: RelayTime, key: UInt64)] = []

    var earliest: RelayTime? { heap.first?.time }

    mutating func add(_ key: UInt64, at time: RelayTime) {
        heap.append((time, key))
        var child = heap.count - 1
        while child > 0, heap[child].time < heap[(child - 1) / 2].time {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// - Returns: the next key whose time has come.
    mutating func take(at now: RelayTime) -> UInt64? {
        guard let first = heap.first, first.time <= now else { return nil }
        removeFirst()
        return first.key
    }

    /// Forgets those at the front who are not there any more, so that nobody wakes for them.
    mutating func forget(unless isThere: (UInt64) -> Bool) {
        while let first = heap.first, !isThere(first.key) { removeFirst() }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].time < heap[least].time {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
