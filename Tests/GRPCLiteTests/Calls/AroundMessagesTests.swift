import TestKit
import Testing

@testable import GRPCLite

/// What travels beside the messages of a call: metadata, details, compression, and the time that is left.
@Suite(.timeLimit(.minutes(1))) struct AroundMessagesTests {
    let echo = EchoService()

    private func call(
        _ link: MemoryLink, _ request: Blob, _ options: CallOptions = .none
    ) async throws -> BidirectionalCall<Blob, Blob> {
        let call = try await link.bidirectional(
            "/test.Echo/Around", options: options, of: (Blob.self, Blob.self))
        try await call.send(request)
        call.finishSending()
        return call
    }

    @Test func `metadata comes before and behind the messages`() async throws {
        try await withLink([echo.definition]) { link in
            let call = try await call(link, "hello")
            for try await answer in call.responses { #expect(answer == "hello") }
            #expect(call.initialMetadata == ["x-first": "1"])
            #expect(call.trailingMetadata == ["x-last": "2"])
        }
    }

    @Test func `a failure has its metadata and its details`() async throws {
        try await withLink([echo.definition]) { link in
            let call = try await call(link, "")
            await #expect(throws: GRPCStatus(.aborted, "empty", details: [1, 2, 3])) {
                for try await _ in call.responses {}
            }
            #expect(call.initialMetadata == ["x-first": "1"])
            #expect(call.trailingMetadata == ["x-last": "2"])
        }
    }

    @Test func `both directions are compressed where it pays`() async throws {
        try await withLink([echo.definition]) { link in
            let big = Blob(size: 1_000_000)
            let packed = try await call(link, big, CallOptions(encoding: .gzip))
            for try await answer in packed.responses { #expect(answer == big) }
            #expect(packed.wasLastResponseCompressed)
            #expect(echo.counts.read == 1)
            let (sent, answered) = await (link.sentByClient, link.sentByServer)
            #expect(sent < 100_000)
            #expect(answered < 100_000)

            let small = try await call(link, "small", CallOptions(encoding: .gzip))
            for try await answer in small.responses { #expect(answer == "small") }
            #expect(!small.wasLastResponseCompressed)
            #expect(echo.counts.read == 1)
        }
    }

    @Test func `a bomb ends its call alone`() async throws {
        var limits = ConnectionLimits()
        limits.messageSize = 100_000
        try await withLink([echo.definition], limits: limits) { link in
            let bomb = try await call(link, Blob(size: 10_000_000), CallOptions(encoding: .gzip))
            await #expect(
                throws: GRPCStatus(.resourceExhausted, "an unpacked message is over the limit of 100000 bytes")
            ) {
                for try await _ in bomb.responses {}
            }
            let answer: Blob = try await link.unary("/test.Echo/Unary", "next" as Blob)
            #expect(answer == "next")
        }
    }

    @Test func `a call has no more time than the one it is made for`() {
        let now = ContinuousClock.now
        #expect(CallOptions(timeout: .seconds(5)).timeout(at: now) == .seconds(5))
        #expect(CallOptions().timeout(at: now) == nil)
        CallScope.$deadline.withValue(now + .seconds(3)) {
            #expect(CallOptions(timeout: .seconds(5)).timeout(at: now) == .seconds(3))
            #expect(CallOptions(timeout: .seconds(1)).timeout(at: now) == .seconds(1))
            #expect(CallOptions().timeout(at: now) == .seconds(3))
        }
    }

    @Test func `a handler's calls inherit its deadline`() async throws {
        let seen = ServiceDefinition(
            name: "test.Seen",
            methods: [
                .unary("/test.Seen/Deadline") { (_: Blob, context) in
                    Blob("\(CallScope.deadline != nil) \(CallScope.deadline == context.deadline)")
                }
            ])
        try await withLink([seen]) { link in
            let limited: Blob = try await link.unary(
                "/test.Seen/Deadline", "" as Blob, options: CallOptions(timeout: .seconds(9)))
            #expect(limited == "true true")
            let unlimited: Blob = try await link.unary("/test.Seen/Deadline", "" as Blob)
            #expect(unlimited == "false true")
        }
    }
}
