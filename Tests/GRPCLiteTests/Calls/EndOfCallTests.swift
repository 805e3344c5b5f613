import TestKit
import Testing

@testable import GRPCLite

/// How calls end before their handlers do.
@Suite(.timeLimit(.minutes(1))) struct EndOfCallTests {
    let echo = EchoService()

    private func hang(_ link: MemoryLink, timeout: Duration? = nil) -> Task<Blob, any Error> {
        Task { try await link.unary("/test.Echo/Hang", "x" as Blob, options: CallOptions(timeout: timeout)) }
    }

    @Test func `a deadline ends the call on both sides`() async throws {
        try await withLink([echo.definition]) { link in
            let calling = hang(link, timeout: .seconds(5))
            try await eventually("the handler runs") { echo.counts.started == 1 }
            await link.advance(by: .seconds(6))
            let error = await #expect(throws: GRPCStatus.self) { _ = try await calling.value }
            #expect(error?.code == .deadlineExceeded)
            try await eventually("the handler is cancelled") { echo.counts.cancelled == 1 }
        }
    }

    @Test(arguments: [Duration.zero, .seconds(-1)])
    func `a call without time left is not sent`(timeout: Duration) async throws {
        try await withLink([echo.definition]) { link in
            let error = await #expect(throws: GRPCStatus.self) {
                let _: Blob = try await link.unary("/test.Echo/Unary", "x" as Blob, options: .init(timeout: timeout))
            }
            #expect(error?.code == .deadlineExceeded)
            #expect(echo.counts.started == 0)
        }
    }

    @Test func `cancelling the caller's task cancels the handler`() async throws {
        try await withLink([echo.definition]) { link in
            let calling = hang(link)
            try await eventually("the handler runs") { echo.counts.started == 1 }
            calling.cancel()
            let error = await #expect(throws: GRPCStatus.self) { _ = try await calling.value }
            #expect(error?.code == .cancelled)
            try await eventually("the handler is cancelled") { echo.counts.cancelled == 1 }
        }
    }

    @Test func `leaving the loop cancels the handler`() async throws {
        try await withLink([echo.definition]) { link in
            for try await message in try await watch(link) {
                #expect(message == "news")
                break
            }
            try await eventually("the handler is cancelled") { echo.counts.cancelled == 1 }
        }
    }

    private func watch(_ link: MemoryLink) async throws -> ResponseStream<Blob> {
        try await link.serverStreaming("/test.Echo/Watch", "news" as Blob)
    }

    @Test func `cancelling a bidirectional call cancels the handler`() async throws {
        try await withLink([echo.definition]) { link in
            let call = try await link.bidirectional("/test.Echo/Deaf", of: (Blob.self, Blob.self))
            try await eventually("the handler runs") { echo.counts.started == 1 }
            call.cancel()
            try await eventually("the handler is cancelled") { echo.counts.cancelled == 1 }
            await #expect(throws: GRPCStatus(.cancelled, "the call was cancelled")) {
                for try await _ in call.responses {}
            }
            await #expect(throws: GRPCStatus.self) { try await call.send("more") }
        }
    }

    @Test func `a lost connection is UNAVAILABLE here and a cancellation there`() async throws {
        try await withLink([echo.definition]) { link in
            let calling = hang(link)
            try await eventually("the handler runs") { echo.counts.started == 1 }
            await link.cut()
            let error = await #expect(throws: GRPCStatus.self) { _ = try await calling.value }
            #expect(error?.code == .unavailable)
            try await eventually("the handler is cancelled") { echo.counts.cancelled == 1 }
            let later = await #expect(throws: GRPCStatus.self) {
                let _: Blob = try await link.unary("/test.Echo/Unary", "x" as Blob)
            }
            #expect(later?.code == .unavailable)
        }
    }

    @Test func `a silent peer is found out`() async throws {
        try await withLink([echo.definition]) { link in
            let answer: Blob = try await link.unary("/test.Echo/Unary", "x" as Blob)
            #expect(answer == "x")
            await link.silence()
            await link.advance(by: .seconds(30))
            #expect(await !link.isClientFinished)
            // The PINGs of both are on their way, and nothing comes.
            await link.advance(by: .seconds(30))
            await link.advance(by: .seconds(20))
            #expect(await link.isClientFinished)
            #expect(await link.isServerFinished)
            #expect(!link.caller.acceptsCalls)
        }
    }

    @Test func `a peer that answers PINGs stays`() async throws {
        try await withLink([echo.definition]) { link in
            // Every PING is answered: the link stays.
            for _ in 0..<10 { await link.advance(by: .seconds(30)) }
            #expect(await !link.isClientFinished)
            let answer: Blob = try await link.unary("/test.Echo/Unary", "x" as Blob)
            #expect(answer == "x")
        }
    }

    @Test func `a server that shuts down serves what it has begun`() async throws {
        try await withLink([echo.definition]) { link in
            let call = try await link.bidirectional("/test.Echo/Chat", of: (Blob.self, Blob.self))
            var answers = call.responses.makeAsyncIterator()
            try await call.send("before")
            #expect(try await answers.next() == "before")
            await link.beginServerShutdown()
            try await eventually("the client knows") { !link.caller.acceptsCalls }
            let refused = await #expect(throws: GRPCStatus.self) {
                let _: Blob = try await link.unary("/test.Echo/Unary", "x" as Blob)
            }
            #expect(refused?.code == .unavailable)
            try await call.send("after")
            #expect(try await answers.next() == "after")
            call.finishSending()
            #expect(try await answers.next() == nil)
            try await eventually("both are finished") {
                let (atClient, atServer) = await (link.isClientFinished, link.isServerFinished)
                return atClient && atServer
            }
        }
    }

    @Test func `when the grace is over the rest ends UNAVAILABLE`() async throws {
        try await withLink([echo.definition]) { link in
            let calling = hang(link)
            try await eventually("the handler runs") { echo.counts.started == 1 }
            await link.beginServerShutdown()
            await link.endServerCalls()
            await #expect(throws: GRPCStatus(.unavailable, "the server is shutting down")) {
                _ = try await calling.value
            }
            try await eventually("the handler is cancelled") { echo.counts.cancelled == 1 }
            try await eventually("the server is finished") { await link.isServerFinished }
        }
    }

    @Test func `a client that shuts down ends its calls`() async throws {
        try await withLink([echo.definition]) { link in
            let calling = hang(link)
            try await eventually("the handler runs") { echo.counts.started == 1 }
            await link.shutDownClient()
            let error = await #expect(throws: GRPCStatus.self) { _ = try await calling.value }
            #expect(error?.code == .cancelled)
            try await eventually("both are finished") {
                let (atClient, atServer) = await (link.isClientFinished, link.isServerFinished)
                return atClient && atServer
            }
        }
    }
}
