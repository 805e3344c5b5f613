import Testing

@testable import GRPCLite

/// Calls that have not left: the server allows no more streams, or takes nothing.
@Suite(.timeLimit(.minutes(1))) struct QueuedCallTests {
    typealias Link = ClientLink

    // MARK: A socket that is full

    /// As a shell does whose socket is full: it takes no output.
    @Test func `a call's time runs and a cancellation ends it although nothing can be sent`() async throws {
        let link = try Link()
        let late = try await link.call(CallOptions(timeout: .seconds(2)))
        let cancelled = try await link.call()
        let deadline = try #require(link.deadlines().first)
        #expect(deadline.value == .seconds(2))
        link.connection.timerFired(deadline.key)
        #expect(await Link.end(of: late) == .deadlineExceeded)

        cancelled.cancel()
        _ = link.connection.takeTimerChanges(at: link.now)
        #expect(await Link.end(of: cancelled) == .cancelled)
        #expect(link.connection.openCalls == 0)
        #expect(link.connection.session.unsentBytes == 0)
        #expect(link.heard.calls.isEmpty)
    }

    @Test func `what waited for the socket goes elsewhere when the connection breaks`() async throws {
        let link = try Link()
        let sent = try await link.call()
        _ = link.turn()
        let waiting = try await link.call()
        _ = link.connection.takeTimerChanges(at: link.now)
        #expect(link.connection.openCalls == 2)
        link.connection.connectionLost()
        #expect(link.heard.calls.count == 1)
        #expect(await Link.end(of: sent) == .unavailable)
        withExtendedLifetime(waiting) {}
    }

    // MARK: A server that allows no more streams

    /// A connection with a call that has left, and two that wait for its end.
    private func queue() async throws -> (link: Link, calls: [ClientCall]) {
        let link = try Link()
        _ = link.turn(Link.settings(streams: 1))
        let calls = [
            try await link.call(), try await link.call(CallOptions(timeout: .seconds(9))), try await link.call(),
        ]
        let said = link.turn()
        #expect(link.connection.openCalls == 3)
        #expect(said.suffix(8) == [0, 0, 0, 0, 3] + Array("one".utf8), "the first call's, and nothing behind it")
        return (link, calls)
    }

    @Test(arguments: [Link.goAway(last: 1), Link.goAway(last: 9), Link.notice])
    func `calls that wait for a stream go elsewhere when the server goes`(goAway: [UInt8]) async throws {
        let (link, calls) = try await queue()
        _ = link.turn(goAway)
        #expect(link.heard.calls.map(\.deadline) == [link.now + .seconds(9), nil])
        #expect(link.heard.calls.allSatisfy { !$0.isOver })
        #expect(link.connection.openCalls == 1)
        #expect(link.connection.session.unsentBytes == 0)
        // The one that has left ends here, and nothing is said of the others.
        let rest = link.turn(Link.headers + Link.trailers)
        #expect(await Link.end(of: calls[0]) == .ok)
        #expect(rest.isEmpty)
        #expect(link.heard.calls.count == 2)
        #expect(link.connection.isFinished)
        withExtendedLifetime(calls) {}
    }

    @Test func `calls that wait for a stream go elsewhere when the connection breaks`() async throws {
        let (link, calls) = try await queue()
        link.connection.connectionLost()
        #expect(link.heard.calls.count == 2)
        #expect(await Link.end(of: calls[0]) == .unavailable)
    }

    @Test func `what never left may go from one connection to the next as often as it takes`() async throws {
        var (link, calls) = try await queue()
        for _ in 0..<4 {
            _ = link.turn(Link.notice)
            let given = try #require(link.heard.calls.last)
            link = try Link()
            _ = link.turn(Link.settings(streams: 0))
            #expect(link.connection.caller.adopt(given, timeout: nil))
            #expect(link.turn().isEmpty)
            #expect(link.connection.openCalls == 1)
        }
        #expect(!calls[2].inbound.hasEnded)
        _ = link.turn(Link.settings(streams: 1))
        _ = link.turn(Link.headers + Link.trailers)
        #expect(await Link.end(of: calls[2]) == .ok)
        calls = []
    }

    /// The session has found an error of the server's, and says so while the call comes.
    @Test func `a call that comes to a connection that is breaking goes elsewhere, be it for the third time`()
        async throws
    {
        func breaking() throws -> Link {
            let link = try Link()
            _ = link.turn(Link.settings(streams: 1))
            link.connection.receive([UInt8](repeating: 0xFF, count: 100).span.bytes, at: link.now)
            return link
        }
        var link = try breaking()
        let call = try await link.call()
        for _ in 0..<3 {
            _ = link.turn()
            let given = try #require(link.heard.calls.first)
            link = try breaking()
            #expect(link.connection.caller.adopt(given, timeout: nil))
        }
        #expect(!call.inbound.hasEnded)
    }

    @Test func `a call that has ended in the queue keeps nothing of its request`() async throws {
        let link = try Link()
        _ = link.turn(Link.settings(streams: 0))
        let long = Blob(size: 100_000)
        for _ in 0..<3 {
            let call = try link.connection.caller.open("/a.B/C", .none, timeout: .seconds(1))
            try await call.sendLast(long)
            _ = link.turn()
            #expect(link.connection.session.unsentBytes == 100_005)
            link.connection.timerFired(try #require(link.deadlines().keys.first))
            #expect(await Link.end(of: call) == .deadlineExceeded)
            #expect(link.connection.session.unsentBytes == 0)
        }
        // Nor is it said when there is room at last.
        #expect(link.turn(Link.settings(streams: 9)) == Link.frame(4, flags: 1))
    }
}
