/// How far a drain has come.
package struct DrainProgress: Sendable, Equatable {
    package var phase = DrainMachine.Phase.serving
    /// When this phase began; `nil` while no drain has.
    package var phaseSince: ContinuousClock.Instant?
    /// When whoever is left is ended; `nil` while no drain has begun.
    package var deadline: ContinuousClock.Instant?
    /// All that are open.
    package var sessions = 0
    /// What those are waiting for, once accepting has ended.
    package var waiting: [DrainTurns.Waiting: Int] = [:]
    /// Those that have ended since accepting has.
    package var ended: [DrainTurns.Ending: Int] = [:]
    /// Wakes under way here.
    package var flights = 0

    package init() {}
}
