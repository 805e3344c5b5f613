import EdgeProxy
import Gossip
import Synchronization
import TestKit
import Testing

/// How long flights and waiters last.
struct FlightDeckTests {
    private let fixtures = EdgeFixtures()
    private let demo: EndpointName
    private let location: ComputeLocation

    init() throws {
        demo = try #require(EndpointName("demo"))
        location = ComputeLocation(
            endpoint: demo, version: FactVersion(generation: 1, sequence: 0), host: "127.0.0.1", port: 5432,
            serverName: nil, computeID: "c")
    }

    private func running(
        _ deck: FlightDeck, _ body: @escaping @Sendable (FlightDeck) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                await deck.run()
                return false
            }
            group.addTask {
                try await body(deck)
                return true
            }
            defer { group.cancelAll() }
            while try await group.next() == false {}
        }
    }

    private func land(_ deck: FlightDeck, limit: Duration) async throws(WakeFailure) -> FlightDeck.Landing {
        try await deck.land(at: demo, session: fixtures.session, deadline: .now + limit) { .laterThan(0) }
    }

    @Test func `a flight is settled at its end, whatever becomes of its execution`() async throws {
        let gate = Latch()
        let deck = FlightDeck(flightLimit: .milliseconds(50)) { _, _, _ in
            // Does not heed its cancellation.
            await gate.wait()
            return .failed(WakeFailure(reason: .cancelled))
        }
        try await running(deck) { deck in
            let failure = try await #require(throws: WakeFailure.self) {
                try await land(deck, limit: .milliseconds(100))
            }
            #expect(failure.reason == .deadlineExceeded)
            try await eventually("no flight is left") { await deck.flightCount == 0 }
            await gate.open()
        }
    }

    @Test func `who joins an impatient waiter's flight has a time of its own`() async throws {
        let gate = Latch()
        let launches = Mutex(0)
        let location = location
        let deck = FlightDeck(flightLimit: .seconds(20)) { _, _, _ in
            launches.withLock { $0 += 1 }
            await gate.wait()
            return .ready(location)
        }
        try await running(deck) { deck in
            async let impatient = land(deck, limit: .milliseconds(50))
            try await eventually("the flight is on its way") { launches.withLock { $0 } == 1 }
            async let patient = land(deck, limit: .seconds(20))
            do {
                _ = try await impatient
                Issue.record("nothing could have come in time")
            } catch {
                #expect((error as? WakeFailure)?.reason == .deadlineExceeded)
            }
            await gate.open()
            let landing = try await patient
            #expect(landing.location == location)
        }
        #expect(launches.withLock { $0 } == 1)
    }

    @Test func `time that ran out for a flight is not shared with those who have more`() async throws {
        let launches = Mutex(0)
        let location = location
        let deck = FlightDeck(flightLimit: .seconds(20)) { _, _, _ in
            let isFirst = launches.withLock { launches in
                launches += 1
                return launches == 1
            }
            return isFirst ? .failed(WakeFailure(reason: .deadlineExceeded)) : .ready(location)
        }
        try await running(deck) { deck in
            let landing = try await land(deck, limit: .seconds(20))
            #expect(landing.location == location)
        }
        #expect(launches.withLock { $0 } == 2)
    }
}

/// Opens once.
private actor Latch {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func wait() async {
        if isOpen { return }
        await withCheckedContinuation { waiting.append($0) }
    }

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
