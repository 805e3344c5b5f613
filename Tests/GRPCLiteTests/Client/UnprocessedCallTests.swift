import Testing

@testable import GRPCLite

/// What a client connection makes of a server's refusals, frame by frame. RFC 9113 §4.1, §6.4, §6.8.
@Suite(.timeLimit(.minutes(1))) struct UnprocessedCallTests {
    typealias Link = ClientLink

    private static let settings = Link.frame(4)
    private static let refused = Link.frame(3, stream: 1, [0, 0, 0, 7])

    @Test func `a refused call says everything again on the next connection, and is refused twice at most`()
        async throws
    {
        let (first, second) = (try Link(), try Link())
        let call = try await first.call(CallOptions(timeout: .seconds(9)))
        _ = first.turn()
        _ = first.turn(Self.settings)
        _ = first.turn(Self.refused)
        let given = try #require(first.heard.calls.first)
        #expect(given.deadline == first.now + .seconds(9))
        #expect(!given.isOver)
        #expect(first.connection.openCalls == 0)

        #expect(second.connection.caller.adopt(given, timeout: .seconds(8)))
        let said = second.turn()
        // The message and its prefix, at the end of what the connection says.
        #expect(said.suffix(8) == [0, 0, 0, 0, 3] + Array("one".utf8))
        _ = second.turn(Self.settings)
        _ = second.turn(Self.refused)
        #expect(second.heard.calls.isEmpty)
        #expect(await Link.end(of: call) == .unavailable)
    }

    @Test func `a long message that is said between two connections is not lost`() async throws {
        let (first, second) = (try Link(), try Link())
        let call = try first.connection.caller.open("/a.B/C", .none, timeout: nil)
        _ = first.turn()
        _ = first.turn(Self.settings)
        _ = first.turn(Self.refused)
        let given = try #require(first.heard.calls.first)
        let long = [UInt8](repeating: 7, count: TransparentRetry.replayLimit + 1)
        try call.outbound.enqueue(long)
        #expect(second.connection.caller.adopt(given, timeout: nil))
        _ = second.turn()
        #expect(second.connection.session.unsentBytes > long.count - 65_536, "but for the first window")
        #expect(!given.isOver)
        call.cancel()
    }

    @Test func `a call whose answer has begun stays where it is`() async throws {
        let link = try Link()
        let call = try await link.call()
        _ = link.turn()
        _ = link.turn(Self.settings + Link.headers)
        _ = link.turn(Self.refused)
        #expect(link.heard.calls.isEmpty)
        #expect(await Link.end(of: call) == .unavailable)
    }

    @Test func `a call above the last stream of a GOAWAY goes on elsewhere, one below it goes on here`() async throws {
        for (last, isGivenBack) in [(UInt8(0), true), (1, false)] {
            let link = try Link()
            let call = try await link.call()
            _ = link.turn()
            _ = link.turn(Self.settings)
            _ = link.turn(Link.goAway(last: last))
            #expect(link.heard.calls.count == (isGivenBack ? 1 : 0))
            #expect(link.connection.openCalls == (isGivenBack ? 0 : 1))
            #expect(link.heard.news == [.ready, .goingAway(isTooManyPings: false)])
            // Nobody comes in any more; who tries goes elsewhere as well.
            let late = try await link.call()
            _ = link.turn()
            #expect(link.heard.calls.count == (isGivenBack ? 2 : 1))
            withExtendedLifetime((call, late)) {}
        }
    }

    @Test func `a call that was cancelled is not taken anywhere`() async throws {
        let link = try Link()
        let call = try await link.call()
        _ = link.turn()
        _ = link.turn(Self.settings)
        _ = link.turn(Self.refused)
        let given = try #require(link.heard.calls.first)
        call.cancel()
        #expect(given.isOver)
        #expect(await Link.end(of: call) == .cancelled)
        #expect(try !Link().connection.caller.adopt(given, timeout: nil))
    }

    /// The connection hears of both at once, and of its own end before.
    @Test func `a call that was cancelled before it could begin is cancelled, whatever became of its connection`()
        async throws
    {
        let link = try Link()
        _ = link.turn()
        let early = try await link.call()
        early.cancel()
        _ = link.turn(Self.settings + Link.goAway(last: 0))
        #expect(await Link.end(of: early) == .cancelled)

        // And one whose refusal comes before its own cancellation is heard of.
        let other = try Link()
        let refused = try await other.call()
        _ = other.turn()
        refused.cancel()
        other.connection.receive((Self.settings + Self.refused).span.bytes, at: other.now)
        #expect(await Link.end(of: refused) == .cancelled)
        #expect(link.heard.calls.isEmpty && other.heard.calls.isEmpty)
    }

    @Test(arguments: [
        (UInt8(0xB), "too_many_pings", true), (0xB, "", false), (0, "too_many_pings", false), (0, "max_age", false),
    ])
    func `a server that was asked too often says so`(code: UInt8, text: String, isTooMany: Bool) throws {
        let link = try Link()
        _ = link.turn()
        _ = link.turn(Self.settings)
        _ = link.turn(Link.goAway(last: 0, code: code, text))
        #expect(link.heard.news == [.ready, .goingAway(isTooManyPings: isTooMany)])
    }

    @Test func `a connection without calls is left, but not by a call that chose it just before`() async throws {
        var limits = ConnectionLimits()
        limits.maxIdle = .seconds(60)
        let link = try Link(limits)
        #expect(link.connection.takeTimerChanges(at: link.now).contains(.arm(.idle, after: .seconds(60))))
        let call = try await link.call()
        _ = link.turn(Self.settings)
        for _ in 0..<2 {
            link.connection.timerFired(.idle)
            #expect(link.connection.takeTimerChanges(at: link.now).contains(.arm(.idle, after: .seconds(60))))
        }
        #expect(link.connection.caller.acceptsCalls, "a call is open")
        _ = link.turn(Link.headers + Link.trailers)
        #expect(link.connection.openCalls == 0)
        #expect(await Link.end(of: call) == .ok)

        link.connection.timerFired(.idle)
        #expect(!link.connection.caller.acceptsCalls)
        #expect(link.heard.news.count == 2, "ready, going away")
        #expect(link.connection.takeTimerChanges(at: link.now).contains(.arm(.graceOver, after: limits.shutdownNotice)))
        let late = try await link.call()
        _ = link.turn()
        #expect(link.connection.openCalls == 1)
        link.connection.timerFired(.graceOver)
        #expect(link.turn().contains([0, 0, 8, 7, 0]), "GOAWAY")
        #expect(!link.connection.isFinished)
        #expect(link.heard.calls.isEmpty)
        late.cancel()
    }

    @Test func `a connection that breaks hands on what it never sent, and fails what it did`() async throws {
        let link = try Link()
        let sent = try await link.call()
        _ = link.turn()
        let waiting = try await link.call()
        link.connection.connectionLost()
        #expect(link.heard.calls.count == 1)
        #expect(await Link.end(of: sent) == .unavailable)
        withExtendedLifetime(waiting) {}
    }
}
