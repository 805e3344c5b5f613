/// Where a woken compute is, as far as ownership has to understand it: whose it is, and which start it was.
package protocol WakeLocation: Equatable, Sendable {
    var endpoint: EndpointName { get }
    var version: FactVersion { get }
}

/// Why a wake brought nothing. It is shared by everybody who waited, so it says when asking again makes sense.
package protocol WakeRefusal: Equatable, Sendable {
    /// `nil`: whoever refused did not say.
    var retryAfter: Duration? { get }

    /// The time of whoever asked was up.
    static var outOfTime: Self { get }
    /// More flights or waiters than this process keeps.
    static var overloaded: Self { get }
    /// Answered with an older generation than the asker had seen fail.
    static func outdated(answered: UInt64, seen: UInt64) -> Self
}

/// How a wake ended.
package enum WakeOutcome<Location: WakeLocation, Failure: WakeRefusal>: Equatable, Sendable {
    case ready(Location)
    case failed(Failure)

    /// Whether this outcome of a flight that had seen `flightSeen` is an answer for somebody who has seen `seen`.
    package func serves(seen: UInt64, flightSeen: UInt64) -> Bool {
        switch self {
        case .failed: true
        case .ready(let location): location.version.generation > seen || flightSeen >= seen
        }
    }
}
