import TestKit
import Testing

@testable import GRPCLite

@Suite struct ConnectBackoffTests {
    @Test func `the wait grows by 1,6 up to two minutes`() {
        let backoff = ConnectBackoff()
        let seconds = (1...13).map { backoff.base(after: $0) / .seconds(1) }
        for (found, wanted) in zip(seconds, [1, 1.6, 2.56, 4.096, 6.5536]) { #expect(abs(found - wanted) < 1e-6) }
        #expect(seconds[10] < 120)
        #expect(seconds[11] == 120)
        #expect(seconds[12] == 120)
        #expect(backoff.base(after: 1_000_000) == .seconds(120))
    }

    @Test func `the dice move it by a fifth at most, and do move it`() {
        var dice = SeededDice(seed: 3)
        let backoff = ConnectBackoff()
        let waits = (0..<1000).map { _ in backoff.delay(after: 1, using: &dice) / .seconds(1) }
        #expect(waits.allSatisfy { (0.8...1.2).contains($0) })
        #expect((waits.min() ?? 1) < 0.82)
        #expect((waits.max() ?? 1) > 1.18)
    }

    @Test func `an attempt has twenty seconds, and more when the wait is longer`() {
        let backoff = ConnectBackoff()
        #expect(backoff.attemptLimit(after: 0) == .seconds(20))
        #expect(backoff.attemptLimit(after: 3) == .seconds(20))
        #expect(backoff.attemptLimit(after: 30) == .seconds(120))
    }
}
