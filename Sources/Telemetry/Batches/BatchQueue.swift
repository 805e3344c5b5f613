internal import Synchronization

/// What is on its way to a collector: spans, log lines. Whoever appends never waits: when the queue is full, what is new is
/// dropped and counted.
package final class BatchQueue<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var dropped = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: of elements kept, at least 1.
    package init(limit: Int) {
        self.limit = max(limit, 1)
    }

    package var count: Int { state.withLock { $0.elements.count } }
    /// Since the beginning.
    package var dropped: Int { state.withLock { $0.dropped } }

    package func append(_ element: Element) {
        state.withLock { state in
            if state.elements.count < limit {
                state.elements.append(element)
            } else {
                state.dropped += 1
            }
        }
    }

    /// Takes the oldest out.
    package func take(upTo count: Int) -> [Element] {
        state.withLock { state in
            let taken = Array(state.elements.prefix(count))
            state.elements.removeFirst(taken.count)
            return taken
        }
    }

    /// They could not be sent now: they are the oldest again. What there is no room for any more is dropped.
    package func putBack(_ elements: [Element]) {
        state.withLock { state in
            let kept = elements.suffix(limit - state.elements.count)
            state.dropped += elements.count - kept.count
            state.elements.insert(contentsOf: kept, at: 0)
        }
    }

    /// Somebody does not want these.
    package func drop(_ count: Int) {
        state.withLock { $0.dropped += count }
    }
}
