/// How long the agent answers after the end of its compute, so that whoever ended it can read what became of it.
package enum Linger: Equatable, Sendable {
    /// Nobody asked over HTTP: the exit is the answer.
    case none
    /// After an immediate termination, 0.3 s as a rule: long enough for the reply to leave.
    case brief
    /// After a fast one, 30 s as a rule.
    case long
}
