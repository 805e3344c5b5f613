internal import FoundationEssentials
internal import Synchronization

/// The ``EventBoard`` of this process: whoever learns something puts it up here, whoever watches takes it.
///
/// Without watchers an event costs one look at a lock and is not even made.
package final class EventHub: Sendable {
    private struct State: Sendable {
        var board: EventBoard
        var bells: [EventBoard.WatcherID: AsyncStream<Void>.Continuation] = [:]
        var isClosed = false
    }

    private let state: Mutex<State>

    package init(_ board: EventBoard = EventBoard()) {
        state = Mutex(State(board: board))
    }

    package func publish(_ what: @autoclosure () -> FleetEvent.What) {
        guard state.withLock({ $0.board.isWatched }) else { return }
        let event = FleetEvent(atUnixMicros: Self.now, what())
        let bells = state.withLock { state in
            state.board.publish(event).compactMap { state.bells[$0] }
        }
        for bell in bells { bell.yield() }
    }

    /// - Returns: `nil` when too many watch already, or the hub is closed.
    package func watch(_ filter: EventFilter) -> EventWatch? {
        let (rings, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state -> EventBoard.WatcherID? in
            guard !state.isClosed, let id = state.board.add(filter) else { return nil }
            state.bells[id] = bell
            return id
        }
        return id.map { EventWatch(hub: self, id: $0, rings: rings) }
    }

    /// Ends every watch, and takes no new ones.
    package func close() {
        let bells = state.withLock { state in
            state.isClosed = true
            return state.bells.values.map(\.self)
        }
        for bell in bells { bell.finish() }
    }

    fileprivate func take(_ id: EventBoard.WatcherID) -> EventBoard.Batch {
        state.withLock { $0.board.take(id) }
    }

    fileprivate func offer(_ what: FleetEvent.What, to id: EventBoard.WatcherID) {
        let event = FleetEvent(atUnixMicros: Self.now, what)
        let bell = state.withLock { state in
            state.board.offer(event, to: id) ? state.bells[id] : nil
        }
        bell?.yield()
    }

    fileprivate func leave(_ id: EventBoard.WatcherID) {
        let bell = state.withLock { state in
            state.board.remove(id)
            return state.bells.removeValue(forKey: id)
        }
        bell?.finish()
    }

    private static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1_000_000) }
}

/// One watcher's end of the hub. Letting go of it ends the watch.
package final class EventWatch: Sendable {
    private let hub: EventHub
    private let id: EventBoard.WatcherID
    private let rings: AsyncStream<Void>

    fileprivate init(hub: EventHub, id: EventBoard.WatcherID, rings: AsyncStream<Void>) {
        self.hub = hub
        self.id = id
        self.rings = rings
    }

    deinit {
        hub.leave(id)
    }

    /// Hands over what happens, batch by batch, until the hub is closed or the calling task is cancelled. For one caller.
    package func forEachBatch(_ body: (EventBoard.Batch) async throws -> Void) async rethrows {
        for await _ in rings {
            let batch = hub.take(id)
            if !batch.isEmpty { try await body(batch) }
        }
    }

    /// Puts something up for this watcher alone.
    package func offer(_ what: FleetEvent.What) {
        hub.offer(what, to: id)
    }
}
