import TestKit
import Testing

@testable import GRPCLite

@Suite(.timeLimit(.minutes(1))) struct FlowControlTests {
    let echo = EchoService()

    @Test func `a handler that does not read stalls its own stream alone`() async throws {
        try await withLink([echo.definition]) { link in
            let call = try await link.bidirectional("/test.Echo/Deaf", of: (Blob.self, Blob.self))
            let sending = Task { () -> Int in
                var sent = 0
                do {
                    while true {
                        try await call.send(Blob(size: 10_000))
                        sent += 1
                    }
                } catch {
                    return sent
                }
            }
            try await eventually("the stream's window is used up") { await link.sentByClient > 200_000 }
            for _ in 0..<50 {
                let answer: Blob = try await link.unary("/test.Echo/Unary", Blob(size: 10_000))
                #expect(answer == Blob(size: 10_000))
            }
            call.cancel()
            // A window of 256 KiB, and 64 KiB waiting here.
            #expect(await sending.value < 40)
        }
    }

    @Test func `a client that does not read makes the handler wait`() async throws {
        try await withLink([echo.definition]) { link in
            let stream: ResponseStream<Blob> = try await link.serverStreaming("/test.Echo/Repeat", "5000" as Blob)
            try await eventually("the stream's window is used up") { await link.sentByServer > 200_000 }
            let answer: Blob = try await link.unary("/test.Echo/Unary", "meanwhile" as Blob)
            #expect(answer == "meanwhile")
            #expect(echo.counts.written < 400)
            var count = 0
            for try await message in stream {
                #expect(message.bytes.count == 1024)
                count += 1
            }
            #expect(count == 5000)
            #expect(echo.counts.written == 5000)
        }
    }

    @Test func `a long conversation does not run out of window`() async throws {
        try await withLink([echo.definition]) { link in
            let call = try await link.bidirectional("/test.Echo/Chat", of: (Blob.self, Blob.self))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for _ in 0..<3000 { try await call.send(Blob(size: 3000)) }
                    call.finishSending()
                }
                var count = 0
                for try await _ in call.responses { count += 1 }
                #expect(count == 3000)
                try await group.waitForAll()
            }
        }
    }
}
