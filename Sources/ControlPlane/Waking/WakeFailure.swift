/// Why a wake got no compute. Every one of these may succeed when asked again.
package struct WakeFailure: Error, Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        /// The compute ended before it accepted connections, or took too long.
        case startFailed
        /// The generation could not be written down, so nothing was started.
        case notStored
        /// An operator suspended the endpoint while it was being started.
        case suspended
        /// This control plane is about to stop.
        case closing
        /// The start goes on, but this asker has waited for as long as it may.
        case stillStarting
    }

    package var reason: Reason
    /// For the operator: may name paths and hosts.
    package var detail: String
    /// When asking again is first of use. `nil`: at any time.
    package var retryAfter: Duration?
    /// It failed the last time as well: whoever waits for the next attempt waits in vain, as far as anybody can tell.
    package var isLasting = false

    package init(_ reason: Reason, detail: String = "", retryAfter: Duration? = nil) {
        self.reason = reason
        self.detail = detail
        self.retryAfter = retryAfter
    }

    /// For the client: names no host, path or role.
    package var clientMessage: String {
        switch reason {
        case .startFailed, .notStored: "The database failed to start"
        case .suspended: "the database was suspended by an operator while it was starting"
        case .closing: "the control plane is stopping"
        case .stillStarting: "the database is still starting"
        }
    }
}
