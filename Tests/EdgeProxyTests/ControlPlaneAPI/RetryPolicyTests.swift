import EdgeProxy
import TestKit
import Testing

struct RetryPolicyTests {
    private let start = ContinuousClock.now

    private func policy(deadline: Duration = .seconds(30), outage: Duration = .seconds(10)) -> Held<
        RetryPolicy<SeededDice>
    > {
        Held(RetryPolicy(deadline: start + deadline, outageLimit: outage, dice: SeededDice(seed: 7)))
    }

    @Test func `pauses grow, with full jitter, up to two seconds`() throws {
        let policy = policy(deadline: .seconds(1000))
        for attempt in 0..<40 {
            guard case .again(let pause) = policy({ $0.failed(.busy(retryAfter: nil), began: start, now: start) })
            else {
                Issue.record("gave up at \(attempt)")
                return
            }
            let edge: Duration = .milliseconds(50 * (1 << min(attempt, 10)))
            #expect(pause >= .zero && pause <= min(edge, .seconds(2)))
        }
    }

    @Test func `nothing is started after the deadline`() {
        let policy = policy(deadline: .seconds(3))
        #expect(
            policy { $0.failed(.busy(retryAfter: .seconds(3)), began: start, now: start) } == .giveUp(.deadline))
        guard case .again = policy({ $0.failed(.busy(retryAfter: .seconds(2)), began: start, now: start) }) else {
            Issue.record("gave up early")
            return
        }
        #expect(
            policy { $0.failed(.busy(retryAfter: nil), began: start, now: start + .seconds(3)) } == .giveUp(.deadline))
    }

    @Test func `a requested delay is kept, and spread a little`() {
        let policy = policy()
        guard case .again(let pause) = policy({ $0.failed(.busy(retryAfter: .seconds(1)), began: start, now: start) })
        else {
            Issue.record("gave up")
            return
        }
        #expect(pause >= .seconds(1) && pause <= .milliseconds(1_100))
    }

    @Test func `somebody who says “at once” for good is asked less and less often`() throws {
        let policy = policy(deadline: .seconds(1000))
        var pauses: [Duration] = []
        for _ in 0..<60 {
            guard
                case .again(let pause) = policy({ $0.failed(.busy(retryAfter: .seconds(-5)), began: start, now: start) }
                )
            else {
                Issue.record("gave up")
                return
            }
            pauses.append(pause)
        }
        #expect(pauses.allSatisfy { $0 >= .zero && $0 <= .seconds(2) })
        #expect(pauses.suffix(40).reduce(.zero, +) > .seconds(20), "a second each, on average")
    }

    @Test func `an outage is given up after its limit, counted from its beginning`() {
        let policy = policy()
        guard case .again = policy({ $0.failed(.unreachable, began: start, now: start) }) else {
            Issue.record("gave up at once")
            return
        }
        #expect(
            policy { $0.failed(.unreachable, began: start + .seconds(9), now: start + .seconds(10)) }
                == .giveUp(.outage))
    }

    @Test func `an answer ends an outage`() {
        let policy = policy()
        _ = policy { $0.failed(.unreachable, began: start, now: start) }
        _ = policy { $0.failed(.busy(retryAfter: nil), began: start, now: start + .seconds(9)) }
        guard case .again = policy({ $0.failed(.unreachable, began: start + .seconds(11), now: start + .seconds(11)) })
        else {
            Issue.record("gave up")
            return
        }
    }
}
