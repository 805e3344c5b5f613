internal import Synchronization

/// Where this proxy is in its life: readiness is read from it, a drain is asked for through it and can be watched.
package final class DrainState: Sendable {
    package enum Stage: String, Sendable {
        case starting, serving, draining
    }

    private struct State {
        var stage = Stage.starting
        var wasServing = false
        var hasHurried = false
        var progress = DrainProgress()
        var watchers: [UInt64: AsyncStream<DrainProgress>.Continuation] = [:]
        var watcherCounter: UInt64 = 0
    }

    private let state = Mutex(State())
    private let requests: AsyncStream<Void>
    private let request: AsyncStream<Void>.Continuation

    package init() {
        (requests, request) = AsyncStream.makeStream(of: Void.self)
    }

    package var stage: Stage { state.withLock { $0.stage } }
    package var isDraining: Bool { stage == .draining }
    package var progress: DrainProgress { state.withLock { $0.progress } }

    // MARK: - Asking

    /// Goes to serving, unless somebody asked to stop before it came to that.
    package func beganServing() {
        state.withLock { state in
            if state.stage == .starting { state.stage = .serving }
        }
    }

    /// Goes to draining, from wherever it was. Safe to call again.
    package func beganDraining() {
        state.withLock { state in
            if state.stage == .serving { state.wasServing = true }
            state.stage = .draining
        }
        request.finish()
    }

    /// Whoever is still here is to be ended now. Safe to call again; begins the drain when nobody has.
    package func hurry() {
        state.withLock { $0.hasHurried = true }
        beganDraining()
    }

    // MARK: - Draining

    /// Returns when the drain has begun, or the calling task is cancelled. For one caller.
    func waitForDrain() async {
        for await _ in requests {}
    }

    /// Whether it had come to serving before it was asked to stop.
    var wasServing: Bool { state.withLock { $0.wasServing } }
    var hasHurried: Bool { state.withLock { $0.hasHurried } }

    // MARK: - Watching

    /// What is true now at once, and then every change, until the drain is over; those nobody has taken yet are one.
    package func watch() -> AsyncStream<DrainProgress> {
        let (stream, watcher) = AsyncStream.makeStream(of: DrainProgress.self, bufferingPolicy: .bufferingNewest(1))
        let (number, progress) = state.withLock { state in
            state.watcherCounter += 1
            state.watchers[state.watcherCounter] = watcher
            return (state.watcherCounter, state.progress)
        }
        watcher.onTermination = { [weak self] _ in self?.forget(number) }
        watcher.yield(progress)
        if progress.phase == .over { watcher.finish() }
        return stream
    }

    func report(_ progress: DrainProgress) {
        let watchers = state.withLock { state in
            guard state.progress != progress else { return [AsyncStream<DrainProgress>.Continuation]() }
            state.progress = progress
            return Array(state.watchers.values)
        }
        for watcher in watchers {
            watcher.yield(progress)
            if progress.phase == .over { watcher.finish() }
        }
    }

    private func forget(_ number: UInt64) {
        state.withLock { $0.watchers[number] = nil }
    }
}
