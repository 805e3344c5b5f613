/// How a compute is stopped. Each is harder than the one before.
package enum StopUrgency: Int, Comparable, Sendable {
    /// Sessions are ended, a checkpoint is written.
    case fast
    /// No checkpoint; the next start recovers from the log.
    case immediate
    /// The process is killed, because it does not follow orders.
    case kill

    package static func < (left: StopUrgency, right: StopUrgency) -> Bool { left.rawValue < right.rawValue }

    var escalated: StopUrgency {
        switch self {
        case .fast: .immediate
        case .immediate, .kill: .kill
        }
    }
}
