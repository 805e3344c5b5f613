import Testing

@testable import Gossip

/// Dadgar, Phillips and Currey, “Lifeguard” (2017); facts/gossip.md §1.4.
struct LifeguardTests {
    private func suspicion(_ fleetSize: Int, _ change: (inout GossipConfiguration) -> Void = { _ in }) -> Suspicion {
        var configuration = GossipConfiguration()
        configuration.probeInterval = .seconds(1)
        change(&configuration)
        return Suspicion(
            incarnation: 1, by: ProcessID(bits: 1), at: GossipInstant(nanoseconds: 0), fleetSize: fleetSize,
            configuration: configuration)
    }

    /// The table “LAN suspicion (Min / Max seconds)”.
    @Test(arguments: [
        (10, 4.0, 24.0), (20, 5.2, 31.2), (50, 6.8, 40.8), (100, 8.0, 48.0), (1000, 12, 72), (10_000, 16, 96),
    ])
    func `bounds grow with the logarithm of the fleet`(size: Int, minimum: Double, maximum: Double) {
        let suspicion = suspicion(size)
        #expect(abs(suspicion.minimum / .seconds(1) - minimum) < 0.05)
        #expect(abs(suspicion.maximum / .seconds(1) - maximum) < 0.3)
        #expect(suspicion.timeout == suspicion.maximum)
    }

    @Test func `each independent accuser shortens it, by the logarithm`() {
        var suspicion = suspicion(10) { $0.suspicionConfirmations = 3 }
        #expect(suspicion.timeout == suspicion.maximum)
        // Max - (Max - Min) * ln(C + 1) / ln(K + 1)
        for (confirmation, expected) in [(1, 14.0), (2, 8.150), (3, 4.0)] {
            _ = suspicion.confirm(by: ProcessID(bits: UInt64(10 + confirmation)))
            #expect(abs(suspicion.timeout / .seconds(1) - expected) < 0.01)
        }
        #expect(suspicion.deadline == GossipInstant(nanoseconds: 0) + suspicion.minimum)
    }

    @Test func `the first accuser and repeated ones do not count, nor more than K`() {
        var suspicion = suspicion(10)
        let counted = [1, 2, 2, 3, 4].map { suspicion.confirm(by: ProcessID(bits: $0)) }
        #expect(counted == [false, true, false, true, false])
        #expect(suspicion.confirmations == 2)
    }

    @Test(arguments: [1, 2, 3]) func `where too few could confirm the minimum holds at once`(size: Int) {
        #expect(suspicion(size).timeout == .seconds(4))
    }

    @Test func `health stays in its bounds and stretches time`() {
        var health = LocalHealth(maximum: 8)
        health.change(by: -3)
        #expect(health.score == 0)
        #expect(health.stretched(.seconds(1)) == .seconds(1))
        for _ in 0..<20 { health.change(by: 1) }
        #expect(health.score == 8)
        #expect(health.stretched(.milliseconds(500)) == .milliseconds(4500))
    }

    @Test func `a failed probe costs the nacks that are missing, or a point without helpers`() {
        var health = LocalHealth(maximum: 8)
        let scores = [(3, 3), (3, 1), (0, 0), (3, 0)].map { helpers, nacks in
            _ = health.probeFailed(helpers: helpers, nacks: nacks)
            return health.score
        }
        #expect(scores == [0, 2, 3, 6])
    }

    @Test func `the timeout follows the slowest of the last round trips within its bounds`() {
        var trips = RoundTrips()
        let bounds = Duration.milliseconds(50)...Duration.milliseconds(200)
        #expect(trips.timeout(within: bounds) == .milliseconds(200))
        trips.add(.milliseconds(1))
        #expect(trips.timeout(within: bounds) == .milliseconds(50))
        trips.add(.milliseconds(30))
        #expect(trips.timeout(within: bounds) == .milliseconds(90))
        trips.add(.milliseconds(500))
        #expect(trips.timeout(within: bounds) == .milliseconds(200))
        for _ in 0..<32 { trips.add(.milliseconds(2)) }
        #expect(trips.timeout(within: bounds) == .milliseconds(50))
    }

    @Test(arguments: [(1.0, 0.0), (10, 2.302585), (2, 0.693147), (12345, 9.421006), (0.5, -0.693147), (0, 0), (-1, 0)])
    func `logarithms`(value: Double, expected: Double) {
        #expect(abs(Logarithm.natural(value) - expected) < 1e-5)
    }
}
