import Testing

@testable import GRPCLite

@Suite struct PingPoliceTests {
    /// What is made of PINGs at these seconds.
    private func verdicts(_ seconds: [Int], strikes: Int, sending: Bool = false) -> [Bool] {
        let start = ContinuousClock.now
        var police = PingPolice(interval: .seconds(10), strikes: strikes)
        return seconds.map { second in
            defer { if sending { police.headersOrDataSent() } }
            return police.pingReceived(at: start + .seconds(second))
        }
    }

    @Test func `the first is always good, and bad ones are overlooked as often as is said`() {
        #expect(verdicts([0, 0, 0, 0], strikes: 2) == [true, true, true, false])
    }

    @Test func `only the last good one counts for the pace`() {
        #expect(verdicts([0, 9, 10, 19, 20], strikes: 0) == [true, false, true, false, true])
    }

    @Test func `what is sent forgives strikes and pace`() {
        #expect(!verdicts(Array(repeating: 0, count: 50), strikes: 0, sending: true).contains(false))
    }
}
