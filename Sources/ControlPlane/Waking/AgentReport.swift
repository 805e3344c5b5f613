/// What an agent's transition means to whoever starts and stops computes.
package struct AgentReport: Equatable, Sendable {
    package enum Phase: Equatable, Sendable {
        /// Not yet, or for a moment not, to be answered with.
        case preparing
        /// Postgres accepts connections.
        case serving(ComputeLocation)
        /// Failed, told to end, or ended: the process will be gone soon.
        case ending
    }

    package var generation: UInt64
    package var phase: Phase
    /// How long nobody has used it. `nil` when somebody does, and when that is unknown: unknown is not idle.
    package var idleFor: Duration?
    /// Why it failed, for the operator.
    package var error: String?

    package init(generation: UInt64, phase: Phase, idleFor: Duration? = nil, error: String? = nil) {
        self.generation = generation
        self.phase = phase
        self.idleFor = idleFor
        self.error = error
    }
}
