internal import Synchronization

/// Counts the clients that are here, and refuses those that would be too many.
///
/// Strangers have a limit of their own: a flood of half-open logins must not lock out those who prove who they are.
package final class AdmissionGate: Sendable {
    package struct Limits: Sendable {
        /// Clients that have not proved who they are, cancel requests included.
        package var strangers = 2_000
        /// All clients.
        package var sessions = 10_000

        package init() {}
    }

    private struct Counts {
        var strangers = 0
        var sessions = 0
    }

    private let limits: Limits
    private let counts = Mutex(Counts())

    package init(limits: Limits) {
        self.limits = limits
    }

    /// A client came.
    /// - Returns: `nil` when there are too many; then nothing has to be given back.
    package func enter() -> Admission? {
        let isAdmitted = counts.withLock { counts in
            guard counts.strangers < limits.strangers, counts.sessions < limits.sessions else { return false }
            counts.strangers += 1
            counts.sessions += 1
            return true
        }
        return isAdmitted ? Admission(gate: self) : nil
    }

    fileprivate func left(asStranger: Bool) {
        counts.withLock { counts in
            counts.sessions -= 1
            if asStranger { counts.strangers -= 1 }
        }
    }

    fileprivate func proved() {
        counts.withLock { $0.strangers -= 1 }
    }
}

/// One client's place. Given back when this value ends.
package struct Admission: ~Copyable {
    private let gate: AdmissionGate
    private var isStranger = true

    fileprivate init(gate: AdmissionGate) {
        self.gate = gate
    }

    /// The client has proved who it is.
    package mutating func authenticated() {
        guard isStranger else { return }
        isStranger = false
        gate.proved()
    }

    deinit {
        gate.left(asStranger: isStranger)
    }
}
