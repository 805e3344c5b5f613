/// Decides when a compute that nobody uses is asked to stop, by what its agent says on a stream to this control plane.
package struct IdleWatch: Sendable {
    package enum Action: Equatable, Sendable {
        case arm(after: Duration)
        case disarm
        /// The agent looks once more, and decides.
        case askToStop(generation: UInt64, sequence: UInt64)
    }

    /// `nil`: for ever.
    private let suspendAfter: Duration?
    /// Before an agent that stays, or does not answer, is asked again.
    private let askAgain: Duration
    private var idleSince: (generation: UInt64, sequence: UInt64)?

    package init(suspendAfter: Duration?, askAgain: Duration) {
        self.suspendAfter = suspendAfter
        self.askAgain = askAgain
    }

    /// - Parameter idleFor: `nil` when somebody uses it, and when nobody knows.
    package mutating func reported(generation: UInt64, sequence: UInt64, idleFor: Duration?) -> Action {
        guard let suspendAfter, let idleFor else {
            idleSince = nil
            return .disarm
        }
        let wasAsked = idleSince != nil && idleFor >= suspendAfter
        idleSince = (generation, sequence)
        return .arm(after: wasAsked ? askAgain : max(.zero, suspendAfter - idleFor))
    }

    /// Somebody is about to connect: what is idle gets its whole time again.
    package mutating func used() -> Action? {
        guard let suspendAfter, idleSince != nil else { return nil }
        return .arm(after: suspendAfter)
    }

    package mutating func timerFired() -> [Action] {
        guard let idleSince else { return [] }
        return [
            .askToStop(generation: idleSince.generation, sequence: idleSince.sequence), .arm(after: askAgain),
        ]
    }
}
