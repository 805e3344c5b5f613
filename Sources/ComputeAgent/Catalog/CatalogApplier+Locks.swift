internal import Logging
internal import PostgresWire
internal import Transport

/// A statement that never got its lock.
struct LockNotObtained: Error, CustomStringConvertible {
    var error: PostgresServerError
    var tries: Int
    var holders: [LockHolder]

    var description: String {
        let held = holders.isEmpty ? "" : "; held by \(holders.map(\.description).joined(separator: ", "))"
        return "\(error), \(tries) times\(held)"
    }
}

extension CatalogApplier {
    /// Says a statement again when somebody else holds what it needs: between two tries those behind us get their turn.
    ///
    /// - Throws: `LockNotObtained` after the last try; `PostgresServerError` for whatever else is wrong with it.
    func insist(_ statement: String, about object: CatalogObject, over session: PostgresConnection) async throws {
        let limits = login.limits
        for attempt in 1..<max(2, limits.lockTries) {
            do {
                _ = try await session.query(statement)
                return
            } catch let error as PostgresServerError where error.isOfLocks {
                log.notice(
                    "somebody holds a lock",
                    metadata: ["object": "\(object)", "try": "\(attempt)", "error": "\(error)"])
            }
        }
        let backend = try await session.query("SELECT pg_catalog.pg_backend_pid()").first?.first ?? nil
        // Ended with this scope when nobody is waited for any more.
        async let holders = LockHolder.watch(backend: backend ?? "0", of: login, limit: limits.lock)
        do {
            _ = try await session.query(statement)
        } catch let error as PostgresServerError where error.isOfLocks {
            throw LockNotObtained(error: error, tries: max(2, limits.lockTries), holders: await holders)
        }
    }
}

extension PostgresServerError {
    /// Another transaction was in the way, and may be gone the next time.
    fileprivate var isOfLocks: Bool { sqlState == .lockNotAvailable || sqlState == .deadlockDetected }
}
