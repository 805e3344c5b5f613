import Testing

@testable import ComputeAgent

@Suite struct LeaseLedgerTests {
    @Test func `a lease is renewed a minute before its end, or half way`() {
        var ledger = LeaseLedger()
        #expect(ledger.state == .pending)
        #expect(ledger.answered(.granted(.seconds(600)), at: .zero) == .seconds(540))
        #expect(ledger.answered(.granted(.seconds(100)), at: .seconds(540)) == .seconds(50))
        #expect(ledger.answered(.granted(.seconds(10)), at: .seconds(590)) == .seconds(5))
        #expect(ledger.state == .held)
    }

    @Test(arguments: [Duration.nanoseconds(1), .milliseconds(1), .milliseconds(999)])
    func `however short a lease is, pageservers are not asked all the time`(length: Duration) {
        var ledger = LeaseLedger()
        #expect(ledger.answered(.granted(length), at: .zero) == LeaseLedger.shortestRenewal)
        #expect(ledger.state == .held)
        #expect(ledger.answered(.granted(length), at: .seconds(1)) == LeaseLedger.shortestRenewal)
        #expect(ledger.state == .held)
    }

    @Test func `a failure is tried again, and is no loss before the end`() {
        var ledger = LeaseLedger()
        _ = ledger.answered(.granted(.seconds(100)), at: .zero)
        #expect(ledger.answered(.failed("x"), at: .seconds(50)) == .milliseconds(500))
        #expect(ledger.answered(.failed("x"), at: .seconds(51)) == .milliseconds(750))
        #expect(ledger.state == .held)
        #expect(ledger.answered(.failed("x"), at: .milliseconds(99_900)) == .milliseconds(100))
        #expect(ledger.state == .held)
        _ = ledger.answered(.failed("x"), at: .seconds(100))
        #expect(ledger.state == .lost(reason: "not renewed in time: x"))
        _ = ledger.answered(.failed("y"), at: .seconds(101))
        #expect(ledger.state == .lost(reason: "not renewed in time: x"))
    }

    @Test func `pauses grow to a minute, and begin anew after a success`() {
        var ledger = LeaseLedger()
        var pauses: [Duration] = []
        for _ in 0..<20 { pauses.append(ledger.answered(.failed("x"), at: .zero)) }
        #expect(pauses[0] == .milliseconds(500) && pauses[1] == .milliseconds(750) && pauses[19] == .seconds(60))
        #expect(pauses == pauses.sorted())
        #expect(ledger.state == .pending)
        _ = ledger.answered(.granted(.seconds(600)), at: .zero)
        #expect(ledger.answered(.failed("x"), at: .seconds(1)) == .milliseconds(500))
    }

    @Test(arguments: [LeaseLedger.Answer.refused("gone"), .granted(.zero), .granted(.seconds(-1))])
    func `a refusal is a loss at once, whatever was before`(answer: LeaseLedger.Answer) {
        for held in [false, true] {
            var ledger = LeaseLedger()
            if held { _ = ledger.answered(.granted(.seconds(600)), at: .zero) }
            #expect(ledger.answered(answer, at: .seconds(1)) == .milliseconds(500))
            guard case .lost = ledger.state else {
                Issue.record("\(ledger.state)")
                continue
            }
            // It stays so until it is granted again.
            _ = ledger.answered(.failed("x"), at: .seconds(2))
            guard case .lost = ledger.state else {
                Issue.record("\(ledger.state)")
                continue
            }
            _ = ledger.answered(.granted(.seconds(600)), at: .seconds(3))
            #expect(ledger.state == .held)
        }
    }

    @Test func `of many answers the worst counts`() {
        typealias Answer = LeaseLedger.Answer
        let answers: [Answer] = [.granted(.seconds(5)), .granted(.seconds(3)), .failed("f"), .refused("r")]
        #expect(answers[..<2].reduce(nil) { LeaseLedger.worse($0, $1) } == .granted(.seconds(3)))
        for order in [answers, answers.reversed()] {
            #expect(order.reduce(nil) { LeaseLedger.worse($0, $1) } == .refused("r"))
            #expect(order.filter { $0 != .refused("r") }.reduce(nil) { LeaseLedger.worse($0, $1) } == .failed("f"))
        }
    }

    @Test func `a pageserver's row is read`() throws {
        #expect(try LeaseKeeper.end(in: [["10000"]]) == 10_000)
        #expect(try LeaseKeeper.end(in: [[nil]]) == nil)
        for rows in [[], [["1"], ["2"]], [[]], [["x"]], [["-1"]]] as [[[String?]]] {
            #expect(throws: LeaseKeeper.Unreadable.self) { try LeaseKeeper.end(in: rows) }
        }
    }
}
