internal import Synchronization

/// How long the steps of a start took whose work is done elsewhere. Zero: not done.
package final class StorageFigures: Sendable {
    package struct Values: Equatable, Sendable {
        package var safekeeperCheck: Duration = .zero
        package var safekeeperSync: Duration = .zero
        package var pageserverFirstBytes: Duration = .zero
        package var basebackup: Duration = .zero
        /// As received.
        package var basebackupBytes = 0
    }

    private let values = Mutex(Values())

    package init() {}

    package var current: Values { values.withLock { $0 } }

    func note(_ outcome: LogEnd.Outcome) {
        values.withLock { values in
            values.safekeeperCheck = outcome.checkTook
            values.safekeeperSync = outcome.syncTook
        }
    }

    func note(_ outcome: BasebackupFetcher.Outcome) {
        values.withLock { values in
            values.pageserverFirstBytes = outcome.firstBytesTook
            values.basebackup = outcome.took
            values.basebackupBytes = outcome.receivedBytes
        }
    }
}
