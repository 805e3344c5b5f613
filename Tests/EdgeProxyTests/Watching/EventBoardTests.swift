import Gossip
import TestKit
import Testing

@testable import EdgeProxy

/// Who watches, what they have not taken, and what a slow one loses.
@Suite(.timeLimit(.minutes(1))) struct EventBoardTests {
    private let demo: EndpointName
    private let other: EndpointName

    init() throws {
        demo = try #require(EndpointName("demo"))
        other = try #require(EndpointName("other"))
    }

    private func event(_ number: Int) -> FleetEvent { FleetEvent(atUnixMicros: Int64(number), .sessions(number)) }

    private func secrets(_ endpoint: EndpointName) -> FleetEvent.What {
        .fact(.secrets(SecretsFact(endpoint: endpoint, revision: 1)), from: .gossip)
    }

    private func wakeBegan(_ endpoint: EndpointName) -> FleetEvent.What {
        .wakeBegan(endpoint, FleetEvent.WakeBeginning(seenGeneration: 0, owner: MemberID("a")))
    }

    @Test func `a watcher takes what happened since it last took, in order`() throws {
        let board = Held(EventBoard())
        #expect(!board { $0.isWatched })
        #expect(board { $0.publish(event(0)) }.isEmpty)
        let id = try #require(board { $0.add(EventFilter()) })
        #expect(board { $0.isWatched })
        #expect(board { $0.take(id) }.isEmpty)
        // The bell rings for the first one only; the others are found when it is heard.
        #expect(board { $0.publish(event(1)) } == [id])
        #expect(board { $0.publish(event(2)) }.isEmpty)
        #expect(board { $0.take(id) } == EventBoard.Batch(missed: 0, events: [event(1), event(2)]))
        #expect(board { $0.take(id) }.isEmpty)
        #expect(board { $0.publish(event(3)) } == [id])
    }

    @Test(arguments: [1, 3, 5, 6, 12, 1000]) func `a slow one keeps the newest and is told how many it missed`(
        count: Int
    ) throws {
        let board = Held(EventBoard(eventLimit: 5))
        let slow = try #require(board { $0.add(EventFilter()) })
        let quick = try #require(board { $0.add(EventFilter()) })
        for number in 1...count {
            _ = board { $0.publish(event(number)) }
            #expect(board { $0.take(quick) }.events == [event(number)])
        }
        let batch = board { $0.take(slow) }
        let kept = max(1, count - 4)...count
        #expect(batch.events == kept.map { event($0) })
        #expect(batch.missed == UInt64(max(0, count - 5)))
        // Told once.
        #expect(board { $0.take(slow) }.isEmpty)
    }

    @Test func `one that has left takes nothing, and makes room`() throws {
        let board = Held(EventBoard(watcherLimit: 2))
        let first = try #require(board { $0.add(EventFilter()) })
        let second = try #require(board { $0.add(EventFilter()) })
        #expect(board { $0.add(EventFilter()) } == nil)
        board { $0.remove(first) }
        #expect(board { $0.publish(event(1)) } == [second])
        #expect(board { $0.take(first) }.isEmpty)
        #expect(!board { $0.offer(event(2), to: first) })
        let third = try #require(board { $0.add(EventFilter()) })
        #expect(third != first)
        #expect(board { $0.take(third) }.isEmpty)
    }

    @Test func `what is offered to one is nobody else's`() throws {
        let board = Held(EventBoard())
        let first = try #require(board { $0.add(EventFilter(kinds: [.wake])) })
        let second = try #require(board { $0.add(EventFilter()) })
        #expect(board { $0.offer(event(1), to: first) })
        #expect(board { $0.take(first) }.events == [event(1)])
        #expect(board { $0.take(second) }.isEmpty)
    }

    @Test func `a filter lets through what all its conditions hold for`() throws {
        let member = FleetEvent.What.member(MemberID("b"), .dead, detail: "")
        let rows: [(EventFilter, FleetEvent.What, Bool)] = [
            (EventFilter(), member, true),
            (EventFilter(), secrets(demo), true),
            (EventFilter(kinds: [.fact]), secrets(demo), true),
            (EventFilter(kinds: [.wake]), secrets(demo), false),
            (EventFilter(kinds: [.wake, .member]), member, true),
            (EventFilter(endpoint: demo), secrets(demo), true),
            (EventFilter(endpoint: demo), secrets(other), false),
            (EventFilter(endpoint: demo), wakeBegan(demo), true),
            // About no endpoint.
            (EventFilter(endpoint: demo), member, false),
            (EventFilter(kinds: [.wake], endpoint: demo), wakeBegan(demo), true),
            (EventFilter(kinds: [.wake], endpoint: demo), wakeBegan(other), false),
            (EventFilter(kinds: [.fact], endpoint: demo), wakeBegan(demo), false),
            (EventFilter(kinds: [.sessions]), .sessions(3), true),
            (EventFilter(kinds: [.reload]), .reload("keys", trouble: nil), true),
            (EventFilter(kinds: [.drain]), .drain(phase: "closing", sessions: 1), true),
        ]
        for (filter, what, fits) in rows { #expect(filter.fits(what) == fits, "\(filter) \(what)") }
    }

    // MARK: - The hub

    @Test func `a watch hears what comes after it began, and ends with the hub`() async throws {
        let hub = EventHub()
        hub.publish(.sessions(1))
        let watch = try #require(hub.watch(EventFilter()))
        hub.publish(.sessions(2))
        hub.publish(.sessions(3))
        var heard: [FleetEvent.What] = []
        await watch.forEachBatch { batch in
            heard += batch.events.map(\.what)
            hub.close()
        }
        #expect(heard == [.sessions(2), .sessions(3)])
        #expect(hub.watch(EventFilter()) == nil)
    }

    @Test func `letting go of a watch ends it`() throws {
        let hub = EventHub(EventBoard(watcherLimit: 1))
        var watch = hub.watch(EventFilter())
        #expect(watch != nil)
        #expect(hub.watch(EventFilter()) == nil)
        watch = nil
        watch = hub.watch(EventFilter())
        #expect(watch != nil)
    }

    @Test func `an event that nobody watches is not even made`() {
        let hub = EventHub()
        var isMade = false
        func made() -> FleetEvent.What {
            isMade = true
            return .sessions(1)
        }
        hub.publish(made())
        #expect(!isMade)
    }
}
