import EdgeProxy
import Gossip
import Testing

/// facts: gossip §4.2. Each test is a list of input and what follows from it.
struct WakeFlightsTests {
    private typealias Waiter = WakeFlights.WaiterID

    private let start = ContinuousClock.now
    private let demo: EndpointName
    private let other: EndpointName
    private let flights = Held(WakeFlights())

    init() throws {
        demo = try #require(EndpointName("demo"))
        other = try #require(EndpointName("other"))
    }

    private func location(_ generation: UInt64, sequence: UInt64 = 0) -> ComputeLocation {
        ComputeLocation(
            endpoint: demo, version: FactVersion(generation: generation, sequence: sequence), host: "127.0.0.1",
            port: 5432, serverName: nil, computeID: "c")
    }

    private func ask(
        _ waiter: UInt64, seen: UInt64 = 0, after: Duration = .zero
    ) -> WakeFlights.Asked {
        flights { $0.asked(by: Waiter(waiter), for: demo, seen: seen, now: start + after) }
    }

    private func ask(_ waiter: UInt64, until: Duration) -> WakeFlights.Asked {
        flights { $0.asked(by: Waiter(waiter), for: demo, seen: 0, until: start + until, now: start) }
    }

    private let outOfTime = WakeFlights.Outcome.failed(WakeFailure(reason: .deadlineExceeded))

    @Test func `a flight that ran out of time is flown again, in the name of who waits longest`() {
        _ = ask(1, until: .seconds(1))
        _ = ask(2, until: .seconds(20))
        _ = ask(3, until: .seconds(30))
        _ = ask(4, until: .seconds(1))
        #expect(
            flights { $0.settled(.init(1), outOfTime, now: start + .seconds(1)) }
                == [.answer([Waiter(1), Waiter(4)], outOfTime), .launch(launch(2, seen: 0, waiter: 3))])
        #expect(
            flights { $0.settled(.init(2), .ready(location(1)), now: start + .seconds(2)) }
                == [.answer([Waiter(2), Waiter(3)], .ready(location(1)))])
    }

    @Test func `but not without end, and newcomers do not inherit it`() {
        _ = ask(1, until: .seconds(30))
        for flight in 1...2 as ClosedRange<UInt64> {
            #expect(
                flights { $0.settled(.init(flight), outOfTime, now: start) }
                    == [.launch(launch(flight + 1, seen: 0, waiter: 1))])
        }
        #expect(flights { $0.settled(.init(3), outOfTime, now: start) } == [.answer([Waiter(1)], outOfTime)])
        #expect(ask(2) == .launched(launch(4, seen: 0, waiter: 2)))
    }

    private func launch(_ flight: UInt64, seen: UInt64, round: UInt64 = 0, waiter: UInt64) -> WakeFlights.Launch {
        WakeFlights.Launch(
            flight: .init(flight), endpoint: demo, seen: seen, round: round, waiter: Waiter(waiter))
    }

    @Test func `the first asker launches, the others join, one answer serves all`() {
        #expect(ask(1) == .launched(launch(1, seen: 0, waiter: 1)))
        for waiter in 2...200 as ClosedRange<UInt64> { #expect(ask(waiter) == .joined(.init(1))) }
        #expect(flights { $0.flightCount } == 1)
        #expect(
            flights { $0.settled(.init(1), .ready(location(1)), now: start) }
                == [.answer((1...200).map { Waiter($0) }, .ready(location(1)))])
        #expect(flights { $0.flightCount } == 0)
        #expect(flights { $0.waiterCount } == 0)
    }

    @Test func `endpoints do not wait for each other`() {
        _ = ask(1)
        let asked = flights { $0.asked(by: Waiter(2), for: other, seen: 0, now: start) }
        #expect(
            asked
                == .launched(
                    WakeFlights.Launch(flight: .init(2), endpoint: other, seen: 0, round: 0, waiter: Waiter(2))))
    }

    @Test func `a failure is everybody's`() {
        let failure = WakeFailure(reason: .controlPlaneUnreachable)
        _ = ask(1)
        _ = ask(2, seen: 9)
        #expect(
            flights { $0.settled(.init(1), .failed(failure), now: start) } == [
                .answer([Waiter(1), Waiter(2)], .failed(failure))
            ])
    }

    @Test func `newcomers share a failure for a second at most`() {
        let failure = WakeFailure(reason: .controlPlaneUnreachable, retryAfter: .seconds(60))
        _ = ask(1)
        _ = flights { $0.settled(.init(1), .failed(failure), now: start) }
        #expect(ask(2, after: .milliseconds(999)) == .answered(.failed(failure)))
        #expect(ask(3, after: .seconds(1)) == .launched(launch(2, seen: 0, waiter: 3)))
    }

    @Test func `and for less when whoever failed said so`() {
        let failure = WakeFailure(reason: .temporarilyUnavailable, retryAfter: .milliseconds(100))
        _ = ask(1)
        _ = flights { $0.settled(.init(1), .failed(failure), now: start) }
        #expect(ask(2, after: .milliseconds(99)) == .answered(.failed(failure)))
        #expect(ask(3, after: .milliseconds(100)) == .launched(launch(2, seen: 0, waiter: 3)))
    }

    @Test func `a failed question is repeated under its own key`() {
        _ = ask(1, seen: 4)
        _ = flights { $0.settled(.init(1), .failed(WakeFailure(reason: .controlPlaneUnreachable)), now: start) }
        #expect(ask(2, seen: 4, after: .seconds(2)) == .launched(launch(2, seen: 4, round: 0, waiter: 2)))
    }

    @Test func `who has seen more than the flight waits for it, then decides anew`() {
        _ = ask(1, seen: 3)
        #expect(ask(2, seen: 4) == .joined(.init(1)))
        #expect(
            flights { $0.settled(.init(1), .ready(location(4)), now: start) } == [
                .answer([Waiter(1)], .ready(location(4))), .launch(launch(2, seen: 4, waiter: 2)),
            ])
        #expect(
            flights { $0.settled(.init(2), .ready(location(5)), now: start) } == [
                .answer([Waiter(2)], .ready(location(5)))
            ])
    }

    @Test func `who has seen more is served when the flight brings more still`() {
        _ = ask(1, seen: 3)
        _ = ask(2, seen: 4)
        #expect(
            flights { $0.settled(.init(1), .ready(location(5)), now: start) }
                == [.answer([Waiter(1), Waiter(2)], .ready(location(5)))])
    }

    @Test func `a confirmation serves who had seen as much, and is the answer for a second`() {
        _ = ask(1, seen: 3)
        #expect(
            flights { $0.settled(.init(1), .ready(location(3)), now: start) } == [
                .answer([Waiter(1)], .ready(location(3)))
            ])
        #expect(ask(2, seen: 3, after: .milliseconds(999)) == .answered(.ready(location(3))))
        #expect(ask(3, seen: 2, after: .milliseconds(999)) == .answered(.ready(location(3))))
        // A later question is another one, and must not be answered out of the idempotency cache.
        #expect(ask(4, seen: 3, after: .seconds(1)) == .launched(launch(2, seen: 3, round: 1, waiter: 4)))
        _ = flights { $0.settled(.init(2), .ready(location(3)), now: start + .seconds(1)) }
        #expect(ask(5, seen: 3, after: .seconds(3)) == .launched(launch(3, seen: 3, round: 2, waiter: 5)))
    }

    @Test func `a later generation starts its rounds from 0`() {
        _ = ask(1, seen: 3)
        _ = flights { $0.settled(.init(1), .ready(location(3)), now: start) }
        #expect(ask(2, seen: 4, after: .seconds(2)) == .launched(launch(2, seen: 4, round: 0, waiter: 2)))
    }

    @Test func `a new location is not remembered here: the cache has it, until somebody finds it dead`() {
        _ = ask(1, seen: 3)
        _ = flights { $0.settled(.init(1), .ready(location(4)), now: start) }
        #expect(ask(2, seen: 4) == .launched(launch(2, seen: 4, waiter: 2)))
    }

    @Test func `an answer older than the question is a failure`() throws {
        _ = ask(1, seen: 7)
        let actions = flights { $0.settled(.init(1), .ready(location(6)), now: start) }
        guard case .answer(let waiters, .failed(let failure)) = try #require(actions.first) else {
            Issue.record("expected a failure, got \(actions)")
            return
        }
        #expect(waiters == [Waiter(1)])
        #expect(failure.reason == .temporarilyUnavailable)
    }

    @Test func `an agent's report is faster than the flight`() {
        _ = ask(1, seen: 3)
        _ = ask(2, seen: 4)
        #expect(
            flights { $0.learned(location(4, sequence: 5)) } == [.answer([Waiter(1)], .ready(location(4, sequence: 5)))]
        )
        #expect(flights { $0.learned(location(4, sequence: 6)) }.isEmpty)
        #expect(flights { $0.flightCount } == 1)
        #expect(
            flights { $0.settled(.init(1), .ready(location(5)), now: start) } == [
                .answer([Waiter(2)], .ready(location(5)))
            ])
    }

    @Test func `a report without a flight is no news here`() {
        #expect(flights { $0.learned(location(4)) }.isEmpty)
    }

    @Test func `waiters leave, the flight goes on`() {
        _ = ask(1)
        _ = ask(2)
        flights { $0.left(Waiter(1)) }
        flights { $0.left(Waiter(1)) }
        #expect(
            flights { $0.settled(.init(1), .ready(location(1)), now: start) } == [
                .answer([Waiter(2)], .ready(location(1)))
            ])
        flights { $0.left(Waiter(2)) }
    }

    @Test func `a flight that nobody waits for any more can be joined`() {
        _ = ask(1)
        flights { $0.left(Waiter(1)) }
        #expect(ask(2) == .joined(.init(1)))
        #expect(
            flights { $0.settled(.init(1), .ready(location(1)), now: start) } == [
                .answer([Waiter(2)], .ready(location(1)))
            ])
    }

    @Test func `an abandoned flight ends without a word`() {
        _ = ask(1)
        flights { $0.left(Waiter(1)) }
        #expect(flights { $0.settled(.init(1), .ready(location(1)), now: start) }.isEmpty)
    }

    @Test func `a second word about a flight is not heard`() {
        _ = ask(1)
        _ = flights { $0.settled(.init(1), .ready(location(1)), now: start) }
        #expect(flights { $0.settled(.init(1), .failed(WakeFailure(reason: .cancelled)), now: start) }.isEmpty)
        #expect(flights { $0.settled(.init(99), .ready(location(1)), now: start) }.isEmpty)
    }
}
