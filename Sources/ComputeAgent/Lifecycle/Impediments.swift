internal import Synchronization

/// What keeps a compute that runs from being ready: each by the name of the part that found it, with a reason for people.
///
/// Not the lifecycle's: Postgres serves, and may serve wrong or not for long.
final class Impediments: Sendable {
    private let present = Mutex<[String: String]>([:])

    /// By name, so that they are always told in one order.
    var all: [(name: String, reason: String)] {
        present.withLock { $0.sorted { $0.key < $1.key }.map { (name: $0.key, reason: $0.value) } }
    }

    /// - Parameter reason: `nil` when it is over.
    func set(_ name: String, _ reason: String?) {
        present.withLock { $0[name] = reason }
    }
}
