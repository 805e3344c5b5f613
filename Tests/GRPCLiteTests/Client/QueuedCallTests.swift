import Testing

@testable import GRPCLite

/// Calls that have not left: the server takes nothing.
@Suite(.timeLimit(.minutes(1))) struct QueuedCallTests {
    typealias Link = ClientLink

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
        #expect(link.heard.calls.isEmpty)
    }
}
