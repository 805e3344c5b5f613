import Gossip
import Testing

/// facts: gossip §4.2. Each test is a list of input and what follows from it.
struct WakeFlightsTests {
    private typealias Flights = WakeFlights<TestLocation, TestRefusal>
    private typealias Waiter = WakeWaiterID

    private let start = GossipInstant(nanoseconds: 1_000_000_000_000)
    private let demo: EndpointName
    private let other: EndpointName
    private let flights = Held(Flights())

    init() throws {
        demo = try #require(EndpointName("demo"))
        other = try #require(EndpointName("other"))
    }

    private func location(_ generation: UInt64, sequence: UInt64 = 0) -> TestLocation {
        TestLocation(endpoint: demo, version: FactVersion(generation: generation, sequence: sequence))
    }

    private func ask(
        _ waiter: UInt64, seen: UInt64 = 0, round: UInt64 = 0, after: Duration = .zero,
        patience: Duration = .seconds(60)
    ) -> Flights.Asked {
        flights {
            $0.asked(
                by: Waiter(waiter),
                Flights.Question(
                    endpoint: demo, key: WakeKey(seen: seen, round: round), deadline: start + after + patience),
                now: start + after)
        }
    }

    private func launch(
        _ flight: UInt64, seen: UInt64, round: UInt64 = 0, waiter: UInt64, after: Duration = .zero
    ) -> Flights.Launch {
        Flights.Launch(
            flight: WakeFlightID(flight), endpoint: demo, key: WakeKey(seen: seen, round: round), suspected: [],
            waiter: Waiter(waiter), deadline: start + after + .seconds(30))
    }

    @Test func `the first asker launches, the others join, one answer serves all`() {
        #expect(ask(1) == .launched(launch(1, seen: 0, waiter: 1)))
        for waiter in 2...200 as ClosedRange<UInt64> { #expect(ask(waiter) == .joined(WakeFlightID(1))) }
        #expect(flights { $0.flightCount } == 1)
        #expect(
            flights { $0.settled(WakeFlightID(1), .ready(location(1)), now: start) }
                == [.answer((1...200).map { Waiter($0) }, .ready(location(1)))])
        #expect(flights { $0.flightCount } == 0)
        #expect(flights { $0.waiterCount } == 0)
    }

    @Test func `endpoints do not wait for each other`() {
        _ = ask(1)
        let question = Flights.Question(endpoint: other, key: WakeKey(seen: 0), deadline: start + .seconds(60))
        guard case .launched(let launch) = flights({ $0.asked(by: Waiter(2), question, now: start) }) else {
            Issue.record("waits for another endpoint's flight")
            return
        }
        #expect(launch.endpoint == other)
        #expect(launch.flight == WakeFlightID(2))
    }

    @Test func `a failure is everybody's`() {
        let failure = TestRefusal.refused(retryAfter: nil)
        _ = ask(1)
        _ = ask(2, seen: 9)
        #expect(
            flights { $0.settled(WakeFlightID(1), .failed(failure), now: start) } == [
                .answer([Waiter(1), Waiter(2)], .failed(failure))
            ])
    }

    @Test func `newcomers share a failure for a second at most`() {
        let failure = TestRefusal.refused(retryAfter: .seconds(60))
        _ = ask(1)
        _ = flights { $0.settled(WakeFlightID(1), .failed(failure), now: start) }
        #expect(ask(2, after: .milliseconds(999)) == .answered(.failed(failure)))
        #expect(ask(3, after: .seconds(1)) == .launched(launch(2, seen: 0, waiter: 3, after: .seconds(1))))
    }

    @Test func `and for less when whoever failed said so`() {
        let failure = TestRefusal.refused(retryAfter: .milliseconds(100))
        _ = ask(1)
        _ = flights { $0.settled(WakeFlightID(1), .failed(failure), now: start) }
        #expect(ask(2, after: .milliseconds(99)) == .answered(.failed(failure)))
        #expect(
            ask(3, after: .milliseconds(100)) == .launched(launch(2, seen: 0, waiter: 3, after: .milliseconds(100))))
    }

    @Test func `a failed question is repeated under its own key`() {
        _ = ask(1, seen: 4)
        _ = flights { $0.settled(WakeFlightID(1), .failed(TestRefusal.refused(retryAfter: nil)), now: start) }
        #expect(
            ask(2, seen: 4, after: .seconds(2))
                == .launched(launch(2, seen: 4, round: 0, waiter: 2, after: .seconds(2))))
    }

    @Test func `who has seen more than the flight waits for it, then decides anew`() {
        _ = ask(1, seen: 3)
        #expect(ask(2, seen: 4) == .joined(WakeFlightID(1)))
        #expect(
            flights { $0.settled(WakeFlightID(1), .ready(location(4)), now: start) } == [
                .answer([Waiter(1)], .ready(location(4))), .launch(launch(2, seen: 4, waiter: 2)),
            ])
        #expect(
            flights { $0.settled(WakeFlightID(2), .ready(location(5)), now: start) } == [
                .answer([Waiter(2)], .ready(location(5)))
            ])
    }

    @Test func `who has seen more is served when the flight brings more still`() {
        _ = ask(1, seen: 3)
        _ = ask(2, seen: 4)
        #expect(
            flights { $0.settled(WakeFlightID(1), .ready(location(5)), now: start) }
                == [.answer([Waiter(1), Waiter(2)], .ready(location(5)))])
    }

    @Test func `a confirmation serves who had seen as much, and is the answer for a second`() {
        _ = ask(1, seen: 3)
        #expect(
            flights { $0.settled(WakeFlightID(1), .ready(location(3)), now: start) } == [
                .answer([Waiter(1)], .ready(location(3)))
            ])
        #expect(ask(2, seen: 3, after: .milliseconds(999)) == .answered(.ready(location(3))))
        #expect(ask(3, seen: 2, after: .milliseconds(999)) == .answered(.ready(location(3))))
        // A later question is another one, and must not be answered out of the idempotency cache.
        #expect(
            ask(4, seen: 3, after: .seconds(1))
                == .launched(launch(2, seen: 3, round: 1, waiter: 4, after: .seconds(1))))
        _ = flights { $0.settled(WakeFlightID(2), .ready(location(3)), now: start + .seconds(1)) }
        #expect(
            ask(5, seen: 3, after: .seconds(3))
                == .launched(launch(3, seen: 3, round: 2, waiter: 5, after: .seconds(3))))
    }

    @Test func `a later generation starts its rounds from 0`() {
        _ = ask(1, seen: 3)
        _ = flights { $0.settled(WakeFlightID(1), .ready(location(3)), now: start) }
        #expect(
            ask(2, seen: 4, after: .seconds(2))
                == .launched(launch(2, seen: 4, round: 0, waiter: 2, after: .seconds(2))))
    }

    @Test func `a new location is not remembered here: the cache has it, until somebody finds it dead`() {
        _ = ask(1, seen: 3)
        _ = flights { $0.settled(WakeFlightID(1), .ready(location(4)), now: start) }
        #expect(ask(2, seen: 4) == .launched(launch(2, seen: 4, waiter: 2)))
    }

    @Test func `an answer older than the question is a failure`() throws {
        _ = ask(1, seen: 7)
        let actions = flights { $0.settled(WakeFlightID(1), .ready(location(6)), now: start) }
        guard case .answer(let waiters, .failed(let failure)) = try #require(actions.first) else {
            Issue.record("expected a failure, got \(actions)")
            return
        }
        #expect(waiters == [Waiter(1)])
        #expect(failure == .outdated(answered: 6, seen: 7))
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
            flights { $0.settled(WakeFlightID(1), .ready(location(5)), now: start) } == [
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
            flights { $0.settled(WakeFlightID(1), .ready(location(1)), now: start) } == [
                .answer([Waiter(2)], .ready(location(1)))
            ])
        flights { $0.left(Waiter(2)) }
    }

    @Test func `a flight that nobody waits for any more can be joined`() {
        _ = ask(1)
        flights { $0.left(Waiter(1)) }
        #expect(ask(2) == .joined(WakeFlightID(1)))
        #expect(
            flights { $0.settled(WakeFlightID(1), .ready(location(1)), now: start) } == [
                .answer([Waiter(2)], .ready(location(1)))
            ])
    }

    @Test func `an abandoned flight ends without a word`() {
        _ = ask(1)
        flights { $0.left(Waiter(1)) }
        #expect(flights { $0.settled(WakeFlightID(1), .ready(location(1)), now: start) }.isEmpty)
    }

    @Test func `a second word about a flight is not heard`() {
        _ = ask(1)
        _ = flights { $0.settled(WakeFlightID(1), .ready(location(1)), now: start) }
        #expect(flights { $0.settled(WakeFlightID(1), .failed(.refused(retryAfter: nil)), now: start) }.isEmpty)
        #expect(flights { $0.settled(WakeFlightID(99), .ready(location(1)), now: start) }.isEmpty)
    }

    // MARK: - Keys, deadlines and limits

    @Test func `a round that somebody else has reached is gone on from`() {
        #expect(ask(1, seen: 3, round: 5) == .launched(launch(1, seen: 3, round: 5, waiter: 1)))
        // And the asked one may have known of one later still.
        _ = flights {
            $0.settled(WakeFlightID(1), .ready(location(3)), under: WakeKey(seen: 3, round: 7), now: start)
        }
        #expect(
            ask(2, seen: 3, after: .seconds(2))
                == .launched(launch(2, seen: 3, round: 8, waiter: 2, after: .seconds(2))))
    }

    @Test func `the time of the first waiter being up is nobody else's failure`() {
        _ = ask(1, patience: .seconds(5))
        _ = ask(2, patience: .seconds(20))
        let end = start + .milliseconds(4800)
        #expect(
            flights { $0.settled(WakeFlightID(1), .failed(.outOfTime), now: end) } == [
                .answer([Waiter(1)], .failed(.outOfTime)),
                .launch(
                    Flights.Launch(
                        flight: WakeFlightID(2), endpoint: demo, key: WakeKey(seen: 0), suspected: [],
                        waiter: Waiter(2), deadline: start + .milliseconds(19_800))),
            ])
    }

    @Test func `more waiters, or flights, than the limits allow are refused`() {
        var configuration = WakeConfiguration()
        configuration.waiterCountLimit = 2
        let few = Held(Flights(configuration))
        let question = Flights.Question(endpoint: demo, key: WakeKey(seen: 0), deadline: start + .seconds(60))
        for waiter in 1...2 as ClosedRange<UInt64> { _ = few { $0.asked(by: Waiter(waiter), question, now: start) } }
        #expect(few { $0.asked(by: Waiter(3), question, now: start) } == .answered(.failed(.overloaded)))
        configuration.flightCountLimit = 0
        let none = Held(Flights(configuration))
        #expect(none { $0.asked(by: Waiter(1), question, now: start) } == .answered(.failed(.overloaded)))
    }
}
