/// What the control plane itself has to say in an endpoint's history.
package enum EndpointNote: Equatable, Sendable {
    case starting
    case startFailed(String)
    case startTookTooLong
    /// Asked to stop because it is idle, the agent said nothing.
    case idleUnanswered
    /// A proxy has seen this later generation, and would refuse what runs.
    case outrun(UInt64)
    case suspendAsked
    case closing
    case stopEscalated(StopUrgency)
    /// The process ended as it was told to.
    case ended(String)
    /// The process ended although nobody had told it to.
    case crashed(String)

    /// Event and detail, as an operator reads them.
    package var words: (event: String, detail: String) {
        switch self {
        case .starting: ("starting", "")
        case .startFailed(let cause): ("start failed", cause)
        case .startTookTooLong: ("start took too long", "stopping it")
        case .idleUnanswered: ("not suspended", "idle for long enough, but its agent does not answer")
        case .outrun(let seen): ("starting anew", "a proxy has seen generation \(seen)")
        case .suspendAsked: ("suspending", "asked to")
        case .closing: ("suspending", "the control plane is stopping")
        case .stopEscalated(let urgency): ("stopping harder", "\(urgency)")
        case .ended(let cause): ("compute ended", cause)
        case .crashed(let cause): ("compute died", cause)
        }
    }
}
