package import Gossip

/// Which wakes are on their way through this proxy and who waits for them, for people. Decides nothing.
package struct FlightLedger: Sendable {
    package typealias Instant = ContinuousClock.Instant

    package struct Flight: Sendable, Equatable {
        package var beginning: FleetEvent.WakeBeginning
        package var began: Instant
        /// Sessions of this proxy and members that wait now.
        package var waiters: Int
    }

    private struct Record: Sendable {
        var beginning: FleetEvent.WakeBeginning
        var began: Instant
        var outcome = "abandoned"
        var answered = 0
    }

    private var records: [EndpointName: Record] = [:]
    /// None of them is 0.
    private var waiters: [EndpointName: Int] = [:]

    package init() {}

    /// In order of name.
    package var open: [EndpointName] { records.keys.sorted() }

    package func flight(of endpoint: EndpointName) -> Flight? {
        records[endpoint].map {
            Flight(beginning: $0.beginning, began: $0.began, waiters: waiters[endpoint] ?? 0)
        }
    }

    package mutating func waiterCame(_ endpoint: EndpointName) {
        waiters[endpoint, default: 0] += 1
    }

    package mutating func waiterLeft(_ endpoint: EndpointName) {
        let count = waiters[endpoint] ?? 0
        waiters[endpoint] = count > 1 ? count - 1 : nil
    }

    /// - Returns: whether it is a new flight, and not a new owner for the old one.
    package mutating func began(
        _ endpoint: EndpointName, _ beginning: FleetEvent.WakeBeginning, at now: Instant
    ) -> Bool {
        guard records[endpoint] == nil else {
            records[endpoint]?.beginning = beginning
            return false
        }
        records[endpoint] = Record(beginning: beginning, began: now)
        return true
    }

    /// Somebody said how it went, and so many were told.
    package mutating func settled(_ endpoint: EndpointName, _ outcome: String, waiters: Int) {
        records[endpoint]?.outcome = outcome
        records[endpoint]?.answered += waiters
    }

    /// - Returns: `nil` when there was none.
    package mutating func ended(
        _ endpoint: EndpointName, at now: Instant
    ) -> (FleetEvent.WakeBeginning, FleetEvent.WakeEnding)? {
        guard let record = records.removeValue(forKey: endpoint) else { return nil }
        let ending = FleetEvent.WakeEnding(
            outcome: record.outcome, waiters: record.answered, took: record.began.duration(to: now))
        return (record.beginning, ending)
    }
}
