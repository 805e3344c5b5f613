internal import Gossip

/// The control plane as proxies see it: it wakes, numbers the starts, and remembers idempotency keys.
package struct ControlPlane: Sendable {
    struct Request: Sendable {
        var endpoint: Int
        var key: WakeKey
        var flight: WakeFlightID
        var host: Int
        var life: Int
        var deadline: Moment
        var isUnderWay = true
        var hasFailed = false
    }

    struct KeyedEndpoint: Hashable, Sendable {
        var endpoint: Int
        var key: WakeKey
    }

    private static let callTime: Span = .milliseconds(20)

    package var trouble: Fault.ControlPlaneTrouble?
    var requests: [Request] = []
    /// Requests under way, per endpoint.
    var underWay: [Int] = []
    /// How often a key came during a proof. Looked up only.
    var asked: [KeyedEndpoint: Int] = [:]
    var dice: Dice

    init(endpoints: Int, seed: UInt64) {
        dice = Dice(seed: seed)
        underWay = Array(repeating: 0, count: endpoints)
    }

    mutating func wayThere() -> Span {
        var time = dice.logNormal(median: Self.callTime, sigma: 0.6)
        if case .slow(let more) = trouble { time = time + more }
        return time
    }

    mutating func fails() -> Bool {
        if case .errors(let share) = trouble { return dice.chance(share) }
        return false
    }

    mutating func executesTwice() -> Bool {
        if case .executesTwice(let share) = trouble { return dice.chance(share) }
        return false
    }

    mutating func startTime() -> Span { dice.logNormal(median: .milliseconds(300), sigma: 0.5) }
}
