/// Why no connection came about.
package struct DialFailure: Error, Equatable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        case refused
        case timedOut
        case reset
        case unreachable
        case nameNotFound
        /// This process or this machine has no descriptors, ports or memory left. Says nothing about whom we dialled.
        case exhausted
        /// The calling task was cancelled.
        case cancelled
        case other
    }

    package var reason: Reason
    /// For the operator: names the address.
    package var detail: String

    package init(_ reason: Reason, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }

    package var description: String { "\(reason): \(detail)" }
}
