package import Gossip

/// Runs the flights that ``WakeFlights`` decides on: the one place where waiters wait.
///
/// A flight is a child of ``run()``, not of whoever asked for it, so that no client can cancel what others wait for.
package actor FlightDeck {
    /// One wake, carried out. Ought to end by `deadline` by itself, which is a moment before its flight does.
    package typealias Execution =
        @Sendable (_ launch: WakeFlights.Launch, _ session: SessionContext, _ deadline: ContinuousClock.Instant) async
        -> WakeFlights.Outcome

    /// What a question comes down to once it is this actor's turn.
    package enum Need: Sendable {
        case known(ComputeLocation)
        case laterThan(UInt64)
    }

    package struct Landing: Sendable {
        package var location: ComputeLocation
        /// Out of the cache: somebody else's flight had landed before.
        package var wasKnown: Bool
        package var hasJoined: Bool
    }

    private struct Waiter {
        var inbox: AsyncStream<WakeFlights.Outcome>.Continuation
        var session: SessionContext
    }

    private struct Order: Sendable {
        var launch: WakeFlights.Launch
        var session: SessionContext
        var end: ContinuousClock.Instant
        var deadline: ContinuousClock.Instant
    }

    /// Left of a flight's time when what it executes must have ended, so that its waiters hear why.
    package static let farewell: Duration = .milliseconds(200)

    /// No more than this share of a short flight is left for words.
    private static let farewellShare = 10

    private let flightLimit: Duration
    private let execute: Execution
    private var flights = WakeFlights()
    private var waiters: [WakeFlights.WaiterID: Waiter] = [:]
    private var waiterCounter: UInt64 = 0
    /// Holds one order per flight, and there is at most one flight per endpoint.
    private let orders: AsyncStream<Order>
    private let ordering: AsyncStream<Order>.Continuation

    package init(flightLimit: Duration, execute: @escaping Execution) {
        self.flightLimit = flightLimit
        self.execute = execute
        (orders, ordering) = AsyncStream.makeStream(of: Order.self)
    }

    /// Carries flights out until its task is cancelled; without it everybody waits in vain.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await order in orders {
                group.addTask { await self.fly(order) }
            }
            group.cancelAll()
        }
    }

    /// Waits for a location.
    ///
    /// - Parameter need: looked at on this actor right before a flight is joined or started, so that nobody starts one
    ///   for what a landing flight has just brought.
    package func land(
        at endpoint: EndpointName, session: SessionContext, deadline: ContinuousClock.Instant,
        need: @Sendable () -> Need
    ) async throws(WakeFailure) -> Landing {
        let seen: UInt64
        switch need() {
        case .known(let location): return Landing(location: location, wasKnown: true, hasJoined: true)
        case .laterThan(let generation): seen = generation
        }
        waiterCounter += 1
        let id = WakeFlights.WaiterID(waiterCounter)
        let (stream, inbox) = AsyncStream.makeStream(of: WakeFlights.Outcome.self, bufferingPolicy: .bufferingOldest(1))
        waiters[id] = Waiter(inbox: inbox, session: session)
        let hasJoined: Bool
        switch flights.asked(by: id, for: endpoint, seen: seen, until: deadline, now: .now) {
        case .answered(let outcome):
            waiters[id] = nil
            return Landing(location: try outcome.location(), wasKnown: false, hasJoined: true)
        case .joined: hasJoined = true
        case .launched(let launch):
            hasJoined = false
            start(launch)
        }
        let outcome = await Self.first(of: stream, before: deadline)
        // Left by itself: nothing came in time, or the task was cancelled.
        if waiters.removeValue(forKey: id) != nil { flights.left(id) }
        return Landing(location: try outcome.location(), wasKnown: false, hasJoined: hasJoined)
    }

    /// An agent reported this location: whoever waits for something this new has it.
    package func learned(_ location: ComputeLocation) {
        carryOut(flights.learned(location))
    }

    package var flightCount: Int { flights.flightCount }
    package var waiterCount: Int { waiters.count }

    // MARK: - Carrying out

    private func settled(_ flight: WakeFlights.FlightID, _ outcome: WakeFlights.Outcome) {
        carryOut(flights.settled(flight, outcome, now: .now))
    }

    private func carryOut(_ actions: [WakeFlights.Action]) {
        for action in actions {
            switch action {
            case .launch(let launch): start(launch)
            case .answer(let ids, let outcome):
                for id in ids {
                    guard let waiter = waiters.removeValue(forKey: id) else { continue }
                    waiter.inbox.yield(outcome)
                    waiter.inbox.finish()
                }
            }
        }
    }

    private func start(_ launch: WakeFlights.Launch) {
        // A launch is made in the name of somebody who waits.
        guard let waiter = waiters[launch.waiter] else { return }
        let end = ContinuousClock.now + flightLimit
        let deadline = end - min(Self.farewell, flightLimit / Self.farewellShare)
        ordering.yield(Order(launch: launch, session: waiter.session, end: end, deadline: deadline))
    }

    /// Settles a flight by its end, whatever becomes of its execution.
    private nonisolated func fly(_ order: Order) async {
        await withTaskGroup(of: WakeFlights.Outcome?.self) { group in
            group.addTask { await self.execute(order.launch, order.session, order.deadline) }
            group.addTask {
                // Cancelled once the execution has an outcome, or the deck is.
                try? await Task.sleep(until: order.end, clock: .continuous)
                return Task.isCancelled
                    ? nil : .failed(WakeFailure(reason: .deadlineExceeded, detail: "the flight's end"))
            }
            let outcome = await group.next() ?? nil
            group.cancelAll()
            // In here: an execution that does not heed its cancellation is waited for by this group, and by nobody else.
            await self.settled(order.launch.flight, outcome ?? .failed(WakeFailure(reason: .cancelled)))
        }
    }

    private static func first(
        of stream: AsyncStream<WakeFlights.Outcome>, before deadline: ContinuousClock.Instant
    ) async -> WakeFlights.Outcome {
        await withTaskGroup(of: WakeFlights.Outcome?.self) { group in
            group.addTask { await stream.first { _ in true } }
            group.addTask {
                // Cancelled once the other child has an answer.
                try? await Task.sleep(until: deadline, clock: .continuous)
                return Task.isCancelled ? nil : .failed(WakeFailure(reason: .deadlineExceeded))
            }
            let outcome = await group.next() ?? nil
            group.cancelAll()
            return outcome ?? .failed(WakeFailure(reason: .cancelled))
        }
    }
}

extension WakeFlights.Outcome {
    fileprivate func location() throws(WakeFailure) -> ComputeLocation {
        switch self {
        case .ready(let location): location
        case .failed(let failure): throw failure
        }
    }
}
