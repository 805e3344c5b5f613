internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Sleep for tasks on an event loop.
package enum Alarm {
    /// Returns at `instant`.
    ///
    /// On a loop it is an entry among the loop's own timers, gone when cancelled. `Task.sleep` wakes threads of its own to
    /// begin and to end, and keeps its memory until the instant, cancelled or not: too dear for the limits of a login, which
    /// nearly always end early. Off a loop it is `Task.sleep`.
    /// - Throws: `CancellationError`, at once.
    package static func wait(until instant: ContinuousClock.Instant) async throws {
        guard let loop = MultiThreadedEventLoopGroup.currentEventLoop else {
            return try await Task.sleep(until: instant, clock: .continuous)
        }
        let wait = LoopWait()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wait.begin($0, on: loop, until: instant) }
        } onCancel: {
            wait.cancel()
        }
    }
}

private final class LoopWait: NIOScheduledCallbackHandler, Sendable {
    private enum State {
        case notBegun
        case waiting(CheckedContinuation<Void, any Error>, NIOScheduledCallback?)
        case cancelled
        case over
    }

    private let state = Mutex(State.notBegun)

    func begin(
        _ continuation: CheckedContinuation<Void, any Error>, on loop: any EventLoop,
        until instant: ContinuousClock.Instant
    ) {
        let isCancelled = state.withLock { state in
            if case .cancelled = state { return true }
            state = .waiting(continuation, nil)
            return false
        }
        guard !isCancelled else { return continuation.resume(throwing: CancellationError()) }
        do {
            let pause = max(.zero, ContinuousClock.now.duration(to: instant))
            let callback = try loop.scheduleCallback(at: .now() + TimeAmount(pause), handler: self)
            // It may have been cancelled, or be over, since.
            let isWanted = state.withLock { state in
                guard case .waiting(let continuation, _) = state else { return false }
                state = .waiting(continuation, callback)
                return true
            }
            if !isWanted { callback.cancel() }
        } catch {
            // The loop is shutting down.
            end()?.resume(throwing: CancellationError())
        }
    }

    func cancel() {
        let (continuation, callback) = state.withLock {
            state -> (CheckedContinuation<Void, any Error>?, NIOScheduledCallback?) in
            switch state {
            case .notBegun:
                state = .cancelled
                return (nil, nil)
            case .waiting(let continuation, let callback):
                state = .over
                return (continuation, callback)
            case .cancelled, .over:
                return (nil, nil)
            }
        }
        callback?.cancel()
        continuation?.resume(throwing: CancellationError())
    }

    func handleScheduledCallback(eventLoop: some EventLoop) {
        end()?.resume()
    }

    func didCancelScheduledCallback(eventLoop: some EventLoop) {
        // By the loop, at its end, or by us.
        end()?.resume(throwing: CancellationError())
    }

    private func end() -> CheckedContinuation<Void, any Error>? {
        state.withLock { state in
            guard case .waiting(let continuation, _) = state else { return nil }
            state = .over
            return continuation
        }
    }
}
