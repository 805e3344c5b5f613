import Testing

@testable import ComputeAgent

@Suite struct LeaseClockTests {
    private static let began: Int64 = 1_000_000_000
    private static let hour: Int64 = 3_600_000

    /// - Parameters:
    ///   - end: by the pageserver's clock, in milliseconds after the beginning.
    ///   - set: by how much the time of day has been set since then.
    private func length(until end: Int64, after passed: Int64, set: Int64) -> Duration {
        LeaseClock(beganUnixMillis: Self.began).length(
            untilUnixMillis: Self.began + end, nowUnixMillis: Self.began + passed + set, passed: .milliseconds(passed))
    }

    @Test func `while nobody sets the clock both readings are one`() {
        #expect(length(until: 600_000, after: 0, set: 0) == .seconds(600))
        #expect(length(until: 660_000, after: 60_000, set: 0) == .seconds(600))
        #expect(length(until: 60_000, after: 60_000, set: 0) == .zero)
        #expect(length(until: 60_000, after: 90_000, set: 0) == .zero)
        #expect(length(until: Self.hour * 48, after: 0, set: 0) == LeaseClock.longest)
    }

    @Test func `a clock that is set loses no lease, and makes none longer`() {
        for passed in [0, 60_000, 10 * Self.hour] {
            // To a wrong time.
            #expect(length(until: passed + 600_000, after: passed, set: Self.hour) == .seconds(600))
            #expect(length(until: passed + 600_000, after: passed, set: -Self.hour) == .seconds(600))
            // A little: the lease is taken for the shorter.
            #expect(length(until: passed + 600_000, after: passed, set: 300_000) == .seconds(300))
            #expect(length(until: passed + 600_000, after: passed, set: -300_000) == .seconds(600))
            // To the right time, from one that was an hour ahead, and from one that was an hour behind.
            #expect(length(until: passed + 600_000 - Self.hour, after: passed, set: -Self.hour) == .seconds(600))
            #expect(length(until: passed + 600_000 + Self.hour, after: passed, set: Self.hour) == .seconds(600))
        }
    }

    @Test func `times at the end of all numbers`() {
        let clock = LeaseClock(beganUnixMillis: .max - 5)
        #expect(clock.length(untilUnixMillis: .max, nowUnixMillis: .min, passed: .seconds(1)) == .zero)
        #expect(clock.length(untilUnixMillis: .max, nowUnixMillis: 0, passed: .zero) == .milliseconds(5))
        #expect(clock.length(untilUnixMillis: .min, nowUnixMillis: .max, passed: .zero) == .zero)
    }
}
