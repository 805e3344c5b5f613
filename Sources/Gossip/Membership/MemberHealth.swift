/// What is believed of a member (SWIM §4.2; Lifeguard calls the third “failed”).
package enum MemberHealth: UInt8, Sendable, CustomStringConvertible {
    case alive, suspect, dead
    /// Dead by its own word.
    case left

    /// Still counted: probed, sent to, ranked.
    package var isLive: Bool { self == .alive || self == .suspect }

    package var description: String {
        switch self {
        case .alive: "alive"
        case .suspect: "suspect"
        case .dead: "dead"
        case .left: "left"
        }
    }
}
