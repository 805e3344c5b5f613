import EdgeProxy
import Gossip
import NIOCore
import PostgresWire
import TestKit
import Testing
import Transport

struct ConnectLoopTests {
    private let dice = SeededDice(seed: 1)

    private func located(
        _ generation: UInt64 = 1, sequence: UInt64 = 1, cached: Bool = true,
        serverName: String? = "compute-demo-1"
    ) throws -> Located {
        let endpoint = try #require(EndpointName("demo"))
        let location = ComputeLocation(
            endpoint: endpoint, version: FactVersion(generation: generation, sequence: sequence), host: "127.0.0.1",
            port: 5432, serverName: serverName, computeID: "compute-demo-\(generation)")
        return Located(location: location, isCached: cached)
    }

    private func rejected(_ sqlState: String) -> UpstreamFailure.Reason {
        let response = ErrorResponse(SQLState(sqlState), "said the compute")
        return .rejected(response, frame: response.encoded())
    }

    /// A loop driven by a list of events, each with the time at which it happens.
    private struct Driven {
        var core: ConnectLoop
        var dice: SeededDice
        var elapsed = Duration.zero

        mutating func after(_ event: ConnectLoop.Event, at instant: Duration? = nil) -> ConnectLoop.Action {
            if let instant { elapsed = instant }
            return core.handle(event, elapsed: elapsed, using: &dice)
        }
    }

    private func driven(_ change: (inout ConnectLoop.Limits) -> Void = { _ in }) -> Driven {
        var limits = ConnectLoop.Limits()
        change(&limits)
        return Driven(core: ConnectLoop(limits: limits), dice: dice)
    }

    private func isPause(_ action: ConnectLoop.Action, upTo bound: Duration) -> Bool {
        guard case .pause(let duration) = action else { return false }
        return duration >= .zero && duration <= bound
    }

    private func sqlState(_ action: ConnectLoop.Action) -> String? {
        guard case .fail(.proxy(let response)) = action else { return nil }
        return response.sqlState.text
    }

    @Test func `a warm compute is located, dialled and joined`() throws {
        var loop = driven()
        let here = try located()
        #expect(loop.after(.begun) == .locate)
        #expect(loop.after(.located(here)) == .dial(here.location, limit: .seconds(2)))
        #expect(loop.after(.dialled, at: .seconds(1)) == .logIn(here.location, limit: .seconds(29)))
        #expect(loop.after(.loggedIn) == .join(here.location))
    }

    @Test(
        arguments: [
            .dial(.refused), .dial(.reset), .dial(.unreachable), .dial(.nameNotFound), .dial(.timedOut), .dial(.other),
            .tlsRefused, .tlsFailed, .closed,
        ] as [UpstreamFailure.Reason])
    func `one failure is tried again, two give the version up`(reason: UpstreamFailure.Reason) throws {
        var loop = driven()
        let (old, new) = (try located(1), try located(2, cached: false))
        _ = loop.after(.begun)
        _ = loop.after(.located(old))
        #expect(isPause(loop.after(.attemptFailed(reason)), upTo: .milliseconds(50)))
        #expect(loop.after(.pauseEnded) == .dial(old.location, limit: .seconds(2)))
        #expect(loop.after(.attemptFailed(reason)) == .relocate(invalidating: old.location.version))
        #expect(loop.after(.located(new)) == .dial(new.location, limit: .seconds(2)))
        #expect(isPause(loop.after(.attemptFailed(reason)), upTo: .milliseconds(200)), "strikes begin anew")
    }

    @Test func `a failed login strikes like a failed dial`() throws {
        var loop = driven()
        let here = try located()
        _ = loop.after(.begun)
        _ = loop.after(.located(here))
        #expect(isPause(loop.after(.attemptFailed(.dial(.refused))), upTo: .milliseconds(50)))
        _ = loop.after(.pauseEnded)
        _ = loop.after(.dialled)
        #expect(loop.after(.attemptFailed(rejected("57P01"))) == .relocate(invalidating: here.location.version))
    }

    @Test func `a compute that says it is starting is waited for without a strike`() throws {
        var loop = driven()
        let here = try located(cached: false)
        _ = loop.after(.begun)
        _ = loop.after(.located(here))
        for _ in 0..<20 {
            _ = loop.after(.dialled)
            #expect(isPause(loop.after(.attemptFailed(rejected("57P03"))), upTo: .seconds(2)))
            #expect(loop.after(.pauseEnded) == .dial(here.location, limit: .seconds(2)))
        }
        _ = loop.after(.dialled)
        #expect(loop.after(.loggedIn) == .join(here.location))
    }

    @Test func `pauses double and stay below their bound`() throws {
        var loop = driven()
        let here = try located(cached: false)
        _ = loop.after(.begun)
        _ = loop.after(.located(here))
        var bound = Duration.milliseconds(50)
        for _ in 0..<40 {
            _ = loop.after(.dialled)
            #expect(isPause(loop.after(.attemptFailed(rejected("57P03"))), upTo: bound))
            bound = min(bound * 2, .seconds(2))
            _ = loop.after(.pauseEnded)
        }
    }

    @Test(arguments: [UpstreamFailure.Reason.identityMismatch, .silent, .violation(.scram(.wrongSignature))])
    func `somebody else's compute is given up at once`(reason: UpstreamFailure.Reason) throws {
        var loop = driven()
        let here = try located()
        _ = loop.after(.begun)
        _ = loop.after(.located(here))
        _ = loop.after(.dialled)
        #expect(loop.after(.attemptFailed(reason)) == .relocate(invalidating: here.location.version))
        #expect(isPause(loop.after(.located(here)), upTo: .milliseconds(50)), "confirmed: given time")
    }

    @Test(arguments: ["3D000", "53300", "28000", "28P01", "42501", "XX000"])
    func `a real refusal is passed on as it came`(state: String) throws {
        var loop = driven()
        _ = loop.after(.begun)
        _ = loop.after(.located(try located()))
        _ = loop.after(.dialled)
        let response = ErrorResponse(SQLState(state), "said the compute")
        #expect(loop.after(.attemptFailed(rejected(state))) == .fail(.compute(response, frame: response.encoded())))
    }

    @Test func `a login that does not work at an old address without identity may be somebody else`() throws {
        var loop = driven()
        let old = try located(serverName: nil)
        _ = loop.after(.begun)
        _ = loop.after(.located(old))
        _ = loop.after(.dialled)
        #expect(loop.after(.attemptFailed(rejected("28P01"))) == .relocate(invalidating: old.location.version))
        let fresh = try located(1, cached: false, serverName: nil)
        #expect(isPause(loop.after(.located(fresh)), upTo: .milliseconds(50)))
        _ = loop.after(.pauseEnded)
        _ = loop.after(.dialled)
        guard case .fail(.compute) = loop.after(.attemptFailed(rejected("28P01"))) else {
            Issue.record("a fresh location is believed")
            return
        }
    }

    @Test func `a wake that failed is told in its own words`() {
        var loop = driven()
        _ = loop.after(.begun)
        let failure = WakeFailure(reason: .endpointDisabled)
        let told = ErrorResponse(SQLState("55000"), failure.clientMessage, hint: failure.hint)
        #expect(loop.after(.wakeFailed(failure)) == .fail(.proxy(told)))
    }

    @Test func `the deadline covers all of it`() throws {
        var loop = driven { $0.deadline = .seconds(10) }
        let here = try located()
        _ = loop.after(.begun)
        #expect(loop.after(.located(here), at: .seconds(9)) == .dial(here.location, limit: .seconds(1)))
        #expect(loop.after(.dialled, at: .milliseconds(9_500)) == .logIn(here.location, limit: .milliseconds(500)))
        #expect(sqlState(loop.after(.attemptFailed(.deadlinePassed), at: .seconds(10))) == "08006")

        var late = driven { $0.deadline = .seconds(10) }
        _ = late.after(.begun)
        #expect(sqlState(late.after(.located(here), at: .seconds(10))) == "08006")
    }

    @Test func `one that was just started is told from one that is gone`() throws {
        var fresh = driven { $0.deadline = .seconds(5) }
        _ = fresh.after(.begun)
        _ = fresh.after(.located(try located(cached: false)))
        #expect(sqlState(fresh.after(.attemptFailed(.dial(.refused)), at: .seconds(5))) == "57P03")

        var starting = driven { $0.deadline = .seconds(5) }
        _ = starting.after(.begun)
        _ = starting.after(.located(try located()))
        _ = starting.after(.dialled)
        #expect(sqlState(starting.after(.attemptFailed(rejected("57P03")), at: .seconds(5))) == "57P03")
    }

    @Test func `an endpoint that is always found somewhere else is not located without end`() throws {
        var loop = driven { $0.relocations = 3 }
        _ = loop.after(.begun)
        for sequence: UInt64 in 1...4 {
            let here = try located(sequence: sequence)
            #expect(loop.after(.located(here)) == .dial(here.location, limit: .seconds(2)))
            let action = loop.after(.attemptFailed(.identityMismatch))
            if sequence < 4 {
                #expect(action == .relocate(invalidating: here.location.version))
            } else {
                #expect(sqlState(action) == "08006")
            }
        }
    }

    @Test func `one that stays where it was said to be, and is of no use there, is not waited for until the deadline`()
        throws
    {
        var loop = driven { $0.relocations = 3 }
        let here = try located()
        _ = loop.after(.begun)
        _ = loop.after(.located(here))
        for _ in 1...3 {
            #expect(
                loop.after(.attemptFailed(.identityMismatch)) == .relocate(invalidating: here.location.version))
            #expect(isPause(loop.after(.located(here)), upTo: .seconds(2)))
            _ = loop.after(.pauseEnded)
        }
        #expect(sqlState(loop.after(.attemptFailed(.identityMismatch))) == "08006")
    }

    @Test func `what the compute did is told when there is no time left to ask where it is`() throws {
        var late = driven { $0.deadline = .seconds(10) }
        _ = late.after(.begun)
        _ = late.after(.located(try located()))
        #expect(sqlState(late.after(.attemptFailed(.identityMismatch), at: .milliseconds(9_600))) == "08006")

        var asking = driven()
        _ = asking.after(.begun)
        _ = asking.after(.located(try located()))
        _ = asking.after(.attemptFailed(.identityMismatch))
        #expect(sqlState(asking.after(.wakeFailed(WakeFailure(reason: .deadlineExceeded)))) == "08006")
    }

    @Test(arguments: [true, false])
    func `a database that fails to start is started twice, and the client is told`(wasRunning: Bool) throws {
        var loop = driven()
        _ = loop.after(.begun)
        // What ran before the client came is nobody's failed start.
        let first: UInt64 = wasRunning ? 1 : 2
        for generation in first...3 {
            let here = try located(generation, cached: generation == 1)
            #expect(loop.after(.located(here)) == .dial(here.location, limit: .seconds(2)))
            _ = loop.after(.attemptFailed(.dial(.refused)))
            _ = loop.after(.pauseEnded)
            let action = loop.after(.attemptFailed(.dial(.refused)))
            if generation < 3 {
                #expect(action == .relocate(invalidating: here.location.version))
            } else {
                #expect(action == .fail(.proxy(ErrorResponse(.cannotConnectNow, "The database failed to start"))))
            }
        }
    }

    // MARK: Every event in every state

    enum Place: CaseIterable { case idle, locating, dialling, loggingIn, pausing, ended }

    private func loop(in place: Place) throws -> Driven {
        var loop = driven()
        if place == .idle { return loop }
        _ = loop.after(.begun)
        if place == .locating { return loop }
        _ = loop.after(.located(try located()))
        if place == .dialling { return loop }
        if place == .pausing {
            _ = loop.after(.attemptFailed(.closed))
            return loop
        }
        _ = loop.after(.dialled)
        if place == .loggingIn { return loop }
        _ = loop.after(.loggedIn)
        return loop
    }

    @Test(arguments: Place.allCases) func `events out of place end the session and nothing else`(place: Place) throws {
        let events: [(ConnectLoop.Event, in: Set<Place>)] = [
            (.begun, [.idle]), (.located(try located()), [.locating]),
            (.wakeFailed(WakeFailure(reason: .rateLimited)), [.locating]), (.dialled, [.dialling]),
            (.loggedIn, [.loggingIn]), (.attemptFailed(.closed), [.dialling, .loggingIn]), (.pauseEnded, [.pausing]),
        ]
        for (event, places) in events {
            var loop = try loop(in: place)
            let action = loop.after(event)
            #expect((sqlState(action) == "XX000") == !places.contains(place), "\(event) in \(place)")
        }
        var loop = try loop(in: place)
        #expect(loop.after(.cancelled) == .fail(.cancelled))
        #expect(sqlState(loop.after(.begun)) == "XX000")
    }

    @Test func `cancellation is told apart wherever it shows`() throws {
        for place in [Place.dialling, .loggingIn] {
            for reason in [UpstreamFailure.Reason.cancelled, .dial(.cancelled)] {
                var loop = try loop(in: place)
                #expect(loop.after(.attemptFailed(reason)) == .fail(.cancelled))
            }
        }
        var loop = try loop(in: .locating)
        #expect(loop.after(.wakeFailed(WakeFailure(reason: .cancelled))) == .fail(.cancelled))
    }
}
