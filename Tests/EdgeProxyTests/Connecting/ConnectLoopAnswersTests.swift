import EdgeProxy
import Gossip
import PostgresWire
import TestKit
import Testing
import Transport

/// What a compute says at the door, by SQLSTATE: PostgreSQL, Appendix A; and sequences of attempts that once went wrong
/// elsewhere.
struct ConnectLoopAnswersTests {
    private enum Verdict: Equatable { case starting, strike, stale, final, other }

    private func located(
        _ generation: UInt64 = 1, cached: Bool = true, serverName: String? = "compute-demo-1"
    ) throws -> Located {
        Located(
            location: ComputeLocation(
                endpoint: try #require(EndpointName("demo")), version: FactVersion(generation: generation, sequence: 1),
                host: "127.0.0.1", port: 5432, serverName: serverName, computeID: "compute-demo-\(generation)"),
            isCached: cached)
    }

    private func rejected(_ sqlState: String, _ message: String = "said the compute") -> ConnectLoop.Event {
        let response = ErrorResponse(SQLState(sqlState), message)
        return .attemptFailed(.rejected(response, frame: response.encoded()))
    }

    private struct Driven {
        var core: ConnectLoop
        var dice = SeededDice(seed: 3)

        init(_ change: (inout ConnectLoop.Limits) -> Void = { _ in }) {
            var limits = ConnectLoop.Limits()
            change(&limits)
            core = ConnectLoop(limits: limits)
        }

        mutating func after(_ event: ConnectLoop.Event, at elapsed: Duration = .zero) -> ConnectLoop.Action {
            core.handle(event, elapsed: elapsed, using: &dice)
        }

        /// From a location to the moment before the compute's answer.
        mutating func knock(at located: Located, elapsed: Duration = .zero) -> ConnectLoop.Action {
            let action = after(.located(located), at: elapsed)
            guard case .dial = action else { return action }
            return after(.dialled, at: elapsed)
        }
    }

    /// By what comes of the answer, and of the same answer once more.
    private func verdict(of event: ConnectLoop.Event, at located: Located) -> Verdict {
        var loop = Driven()
        _ = loop.after(.begun)
        _ = loop.knock(at: located)
        switch loop.after(event) {
        case .fail(.compute): return .final
        case .relocate: return .stale
        case .pause:
            _ = loop.after(.pauseEnded)
            _ = loop.after(.dialled)
            if case .relocate = loop.after(event) { return .strike }
            return .starting
        case _: return .other
        }
    }

    /// One of every class, and those that a proxy has to tell apart.
    static let states = [
        "00000", "01000", "02000", "03000", "08000", "08003", "08004", "08006", "08P01", "09000", "0A000", "0B000",
        "0F000",
        "0L000", "0P000", "0Z000", "20000", "21000", "22000", "22023", "23000", "24000", "25000", "25006", "26000",
        "27000", "28000", "28P01", "2B000", "2D000", "2F000", "34000", "38000", "39000", "3B000", "3D000", "3F000",
        "40000", "40001", "42000", "42501", "42601", "42704", "44000", "53000", "53100", "53200", "53300", "53400",
        "54000", "55000", "55006", "57000", "57014", "57P01", "57P02", "57P03", "57P04", "57P05", "58000", "58030",
        "72000", "F0000", "HV000", "P0000", "XX000", "XX001",
    ]

    @Test(arguments: states, [true, false])
    func `an answer is the client's to read, but for those that mean not yet or not any more`(
        state: String, proven: Bool
    ) throws {
        for cached in [true, false] {
            let located = try located(cached: cached, serverName: proven ? "compute-demo-1" : nil)
            let expected: Verdict =
                switch state {
                case "57P03": .starting
                case "57P01", "57P02": .strike
                case "28000", "28P01": cached && !proven ? .stale : .final
                default: .final
                }
            #expect(verdict(of: rejected(state), at: located) == expected, "cached: \(cached)")
        }
    }

    @Test(arguments: [
        ("08P01", "no more connections allowed (max_client_conn)"), ("53300", "sorry, too many clients already"),
        ("53300", "remaining connection slots are reserved for non-replication superuser connections"),
        ("08P01", "server login has been failing, try again later (server_login_retry)"),
    ])
    func `a full house is no stale address`(state: String, message: String) throws {
        for proven in [true, false] {
            let located = try located(serverName: proven ? "compute-demo-1" : nil)
            #expect(verdict(of: rejected(state, message), at: located) == .final)
        }
    }

    @Test func `a proxy without descriptors or ports does not blame the compute`() throws {
        var loop = Driven()
        let here = try located()
        _ = loop.after(.begun)
        #expect(loop.after(.located(here)) == .dial(here.location, limit: .seconds(2)))
        for _ in 1...10 {
            guard case .pause = loop.after(.attemptFailed(.dial(.exhausted))) else {
                Issue.record("a good location was given up")
                return
            }
            #expect(loop.after(.pauseEnded) == .dial(here.location, limit: .seconds(2)))
        }
        #expect(loop.after(.dialled, at: .seconds(1)) == .logIn(here.location, limit: .seconds(29)))
    }

    @Test func `a compute whose login we cannot do is not woken again, once it is known for itself`() throws {
        let event = ConnectLoop.Event.attemptFailed(.violation(.authenticationUnsupported("kind 5")))
        for (proven, cached) in [(true, true), (true, false), (false, false)] {
            var loop = Driven()
            _ = loop.after(.begun)
            _ = loop.knock(at: try located(cached: cached, serverName: proven ? "compute-demo-1" : nil))
            guard case .fail(.proxy(let response)) = loop.after(event) else {
                Issue.record("tried again: proven \(proven), cached \(cached)")
                continue
            }
            #expect(response.sqlState == .featureNotSupported)
        }
        #expect(verdict(of: event, at: try located(serverName: nil)) == .stale, "may be somebody else by now")
    }

    // MARK: Sequences

    @Test func `five refusals and then an answer is an answer`() throws {
        var loop = Driven()
        let here = try located(cached: false)
        _ = loop.after(.begun)
        var action = loop.after(.located(here))
        var wakes = 1
        for _ in 1...5 {
            #expect(action == .dial(here.location, limit: .seconds(2)))
            action = loop.after(.attemptFailed(.dial(.refused)))
            if case .relocate = action {
                wakes += 1
                // Still the one: it only needs time.
                action = loop.after(.located(here))
            }
            guard case .pause = action else { break }
            action = loop.after(.pauseEnded)
        }
        #expect(action == .dial(here.location, limit: .seconds(2)))
        _ = loop.after(.dialled)
        #expect(loop.after(.loggedIn) == .join(here.location))
        #expect(wakes == 3)
    }

    @Test func `what a wake took is not taken from the attempts that follow`() throws {
        var loop = Driven()
        let here = try located(cached: false)
        _ = loop.after(.begun)
        // However often its owner had to ask, and however long that took.
        #expect(loop.after(.located(here), at: .seconds(20)) == .dial(here.location, limit: .seconds(2)))
        guard case .pause(let first) = loop.after(.attemptFailed(.dial(.refused)), at: .seconds(20)) else {
            Issue.record("no second attempt")
            return
        }
        #expect(first <= .milliseconds(50), "pauses begin small")
        #expect(loop.after(.pauseEnded, at: .seconds(20)) == .dial(here.location, limit: .seconds(2)))
    }

    @Test func `a wake that failed is not asked for again by the session`() throws {
        for reason in WakeFailure.Reason.allCases {
            var loop = Driven()
            #expect(loop.after(.begun) == .locate)
            guard case .fail = loop.after(.wakeFailed(WakeFailure(reason: reason))) else {
                Issue.record("\(reason) led to another wake")
                continue
            }
        }
    }
}
