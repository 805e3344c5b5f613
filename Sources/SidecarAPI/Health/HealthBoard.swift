internal import Synchronization

/// What a server says of its health, and who listens.
package final class HealthBoard: Sendable {
    /// What a watcher hears.
    package enum Status: Sendable, Equatable {
        case serving
        case notServing
        /// Nobody ever spoke of the service.
        case unknownService

        fileprivate init(_ isServing: Bool?) {
            switch isServing {
            case true?: self = .serving
            case false?: self = .notServing
            case nil: self = .unknownService
            }
        }
    }

    private struct State {
        var table: HealthTable
        var watchers: [UInt64: (service: String, hears: AsyncStream<Status>.Continuation)] = [:]
        var nextWatcher: UInt64 = 0
    }

    /// How often readiness is looked at for those who watch.
    private static let beat: Duration = .milliseconds(250)

    private let services: [String]
    private let isReady: @Sendable () -> Bool
    private let state: Mutex<State>

    /// - Parameters:
    ///   - services: those that are ready when the process is.
    ///   - isReady: the same answer that everybody else gets who asks for readiness. Must be quick.
    package init(services: [String], isReady: @escaping @Sendable () -> Bool) {
        self.services = services + [""]
        self.isReady = isReady
        state = Mutex(State(table: HealthTable(services)))
    }

    /// Looks at readiness for the watchers' sake, until cancelled.
    package func run() async {
        while !Task.isCancelled {
            look()
            // Cancelled: then the loop ends.
            try? await Task.sleep(for: Self.beat)
        }
    }

    /// Says once and for all that nothing is served here any more.
    package func shutDown() {
        state.withLock { state in
            let changed = state.table.shutDown()
            Self.tell(changed, &state)
        }
    }

    func status(of service: String) -> Status {
        look()
        return Status(state.withLock { $0.table.isServing[service] })
    }

    var all: [String: Status] {
        look()
        return state.withLock { $0.table.isServing }.mapValues { Status($0) }
    }

    /// The state now, then each later one; of those that nobody fetched in time the last alone.
    func watch(_ service: String) -> AsyncStream<Status> {
        look()
        let (stream, hears) = AsyncStream.makeStream(of: Status.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.nextWatcher += 1
            state.watchers[state.nextWatcher] = (service, hears)
            hears.yield(Status(state.table.isServing[service]))
            return state.nextWatcher
        }
        hears.onTermination = { [weak self] _ in
            self?.state.withLock { $0.watchers[number] = nil }
        }
        return stream
    }

    var watcherCount: Int { state.withLock(\.watchers.count) }

    /// Looks at readiness now, and tells the watchers what changed.
    package func look() {
        let isReady = isReady()
        state.withLock { state in
            let changed = state.table.set(isReady, for: services)
            Self.tell(changed, &state)
        }
    }

    private static func tell(_ changed: [String], _ state: inout State) {
        guard !changed.isEmpty else { return }
        for watcher in state.watchers.values where changed.contains(watcher.service) {
            watcher.hears.yield(Status(state.table.isServing[watcher.service]))
        }
    }
}
