internal import Synchronization

/// Rung for everybody who listens at the moment.
package final class Bell: Sendable {
    private let listeners = Mutex<(next: UInt64, waiting: [UInt64: AsyncStream<Void>.Continuation])>((0, [:]))

    package init() {}

    package func ring() {
        for listener in listeners.withLock({ $0.waiting.values.map(\.self) }) { listener.yield() }
    }

    /// Returns at the next ring after this call began, or when the calling task is cancelled.
    package func wait() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = listeners.withLock { listeners in
            listeners.next += 1
            listeners.waiting[listeners.next] = continuation
            return listeners.next
        }
        for await _ in stream { break }
        _ = listeners.withLock { $0.waiting.removeValue(forKey: number) }
    }
}
