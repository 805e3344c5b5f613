internal import Synchronization

/// Spans on their way out. Whoever ends one never waits: when the queue is full, the new one is dropped and counted.
package final class SpanQueue: Sendable {
    private struct State {
        var spans: [TraceSpan] = []
        var dropped = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: spans kept, at least 1; one is some hundred bytes.
    package init(limit: Int) {
        self.limit = max(limit, 1)
    }

    package var count: Int { state.withLock { $0.spans.count } }
    /// Since the beginning.
    package var dropped: Int { state.withLock { $0.dropped } }

    package func append(_ span: TraceSpan) {
        state.withLock { state in
            if state.spans.count < limit {
                state.spans.append(span)
            } else {
                state.dropped += 1
            }
        }
    }

    /// Takes the oldest out.
    package func take(upTo count: Int) -> [TraceSpan] {
        state.withLock { state in
            let taken = Array(state.spans.prefix(count))
            state.spans.removeFirst(taken.count)
            return taken
        }
    }

    /// They could not be sent now: they are the oldest again. What there is no room for any more is dropped.
    package func putBack(_ spans: [TraceSpan]) {
        state.withLock { state in
            let kept = spans.suffix(limit - state.spans.count)
            state.dropped += spans.count - kept.count
            state.spans.insert(contentsOf: kept, at: 0)
        }
    }

    /// Somebody does not want these.
    package func drop(_ count: Int) {
        state.withLock { $0.dropped += count }
    }
}
