internal import Glibc

/// What kept the data directory from being prepared.
package struct StorageFailure: Error, CustomStringConvertible {
    package enum Reason: Sendable {
        case cannotRead, cannotWrite, cannotCreate
        /// The path holds something that is no data directory.
        case notADataDirectory
        /// Another agent holds this data directory.
        case inUse
        case initdbFailed
        /// A configuration that Postgres does not take.
        case badConfiguration
        case noSuchUser
        /// Processes of an earlier Postgres could not be ended.
        case leftoversRemain
        case remoteStorage
        /// There is no PostgreSQL to be started here.
        case noPostgres
    }

    package var reason: Reason
    /// For the operator: names paths and users.
    package var description: String

    init(_ reason: Reason, _ description: String) {
        self.reason = reason
        self.description = description
    }

    init(_ reason: Reason, _ path: String, errno number: CInt) {
        self.init(reason, "\(path): \(String(cString: strerror(number)))")
    }
}
