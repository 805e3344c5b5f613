/// What is still to happen, earliest first; what is due at one moment, in the order it was put in.
///
/// A four-way heap of small keys over a table of events, so that sifting moves 24 bytes and never retains anything.
package struct EventQueue<Event> {
    private struct Key {
        var at: UInt64
        var order: UInt64
        var slot: Int32

        @inline(__always)
        func isBefore(_ other: Key) -> Bool { at == other.at ? order < other.order : at < other.at }
    }

    private var heap: [Key] = []
    private var events: [Event?] = []
    private var freeSlots: [Int32] = []
    private var order: UInt64 = 0

    package init() {}

    package var count: Int { heap.count }
    package var nextMoment: Moment? { heap.first.map { Moment(nanoseconds: $0.at) } }

    package mutating func schedule(_ event: consuming Event, at moment: Moment) {
        order &+= 1
        let slot: Int32
        if let free = freeSlots.popLast() {
            slot = free
            events[Int(free)] = event
        } else {
            slot = Int32(events.count)
            events.append(event)
        }
        heap.append(Key(at: moment.nanoseconds, order: order, slot: slot))
        siftUp(from: heap.count - 1)
    }

    package mutating func next() -> (at: Moment, event: Event)? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty {
            heap[0] = last
            siftDown()
        }
        freeSlots.append(first.slot)
        guard let event = events[Int(first.slot)].take() else { return nil }
        return (Moment(nanoseconds: first.at), event)
    }

    private mutating func siftUp(from start: Int) {
        heap.withUnsafeMutableBufferPointer { heap in
            var child = start
            let key = heap[child]
            while child > 0 {
                let parent = (child - 1) >> 2
                guard key.isBefore(heap[parent]) else { break }
                heap[child] = heap[parent]
                child = parent
            }
            heap[child] = key
        }
    }

    /// Lets the hole at the top fall to the bottom along the least children, and the last key rise from there: it came
    /// from the bottom and mostly belongs there, so this compares less than sinking it would.
    private mutating func siftDown() {
        heap.withUnsafeMutableBufferPointer { heap in
            let count = heap.count
            let key = heap[0]
            var hole = 0
            var first = 1
            while first &+ 3 < count {
                let left = heap[first &+ 1].isBefore(heap[first]) ? first &+ 1 : first
                let right = heap[first &+ 3].isBefore(heap[first &+ 2]) ? first &+ 3 : first &+ 2
                let least = heap[right].isBefore(heap[left]) ? right : left
                heap[hole] = heap[least]
                hole = least
                first = hole << 2 &+ 1
            }
            if first < count {
                var least = first
                var child = first &+ 1
                while child < count {
                    if heap[child].isBefore(heap[least]) { least = child }
                    child &+= 1
                }
                heap[hole] = heap[least]
                hole = least
            }
            while hole > 0 {
                let parent = (hole &- 1) >> 2
                guard key.isBefore(heap[parent]) else { break }
                heap[hole] = heap[parent]
                hole = parent
            }
            heap[hole] = key
        }
    }
}
