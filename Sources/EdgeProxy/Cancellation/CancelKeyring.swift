internal import Synchronization

/// The keys that cancel tokens are sealed with now; they change while the proxy runs.
package final class CancelKeyring: Sendable {
    private let state: Mutex<CancelTokenKeys>

    package init(_ keys: CancelTokenKeys) {
        state = Mutex(keys)
    }

    package func use(_ keys: CancelTokenKeys) {
        state.withLock { $0 = keys }
    }

    package var keys: CancelTokenKeys { state.withLock { $0 } }
}
