package import Gossip
internal import Synchronization

/// Members that did not answer a moment ago: asking each of them again would cost every wake another silence.
package final class SilentMembers: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// For how long a member is passed over. Who is back before loses nothing but its turn: whoever wakes in its place
    /// uses the same idempotency key.
    package static let memory: Duration = .seconds(5)

    private let until = Mutex<[MemberID: Instant]>([:])

    package init() {}

    /// A member did not answer.
    package func noticed(of member: MemberID, at now: Instant) {
        until.withLock { $0[member] = now + Self.memory }
    }

    /// Whether a member need not be asked.
    package func covers(_ member: MemberID, at now: Instant) -> Bool {
        until.withLock { until in
            guard let end = until[member] else { return false }
            if now < end { return true }
            until[member] = nil
            return false
        }
    }
}
