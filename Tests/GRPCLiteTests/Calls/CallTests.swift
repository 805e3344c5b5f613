import TestKit
import Testing

@testable import GRPCLite

@Suite(.timeLimit(.minutes(1))) struct CallTests {
    let echo = EchoService()

    @Test func `a unary call comes back`() async throws {
        try await withLink([echo.definition], peer: PeerIdentity(uriNames: ["sidecar://admin/a"])) { link in
            let options = CallOptions(timeout: .seconds(30), metadata: ["x-who": "me"])
            let answer: Blob = try await link.unary("/test.Echo/Unary", "hello" as Blob, options: options)
            #expect(answer == "hello")
            let context = try #require(echo.context)
            #expect(context.method == "/test.Echo/Unary")
            #expect(context.metadata.first(named: "x-who") == "me")
            #expect(context.peer.uriNames == ["sidecar://admin/a"])
            #expect(context.deadline != nil)
            try await eventually("call tables are empty") {
                let (atClient, atServer) = await (link.openCallsAtClient, link.openCallsAtServer)
                return atClient == 0 && atServer == 0
            }
            #expect(await link.armedTimers.allSatisfy { $0 == .keepalive })
        }
    }

    @Test(arguments: [0, 1, 16_384, 300_000, 3_000_000])
    func `a message may be longer than any window`(size: Int) async throws {
        try await withLink([echo.definition]) { link in
            let answer: Blob = try await link.unary("/test.Echo/Unary", Blob(size: size))
            #expect(answer == Blob(size: size))
        }
    }

    @Test func `a handler's status reaches the caller`() async throws {
        try await withLink([echo.definition]) { link in
            await #expect(throws: GRPCStatus(.notFound, "no “ep” – 100%")) {
                let _: Blob = try await link.unary("/test.Echo/Fail", "no “ep” – 100%" as Blob)
            }
        }
    }

    @Test func `a streaming call gives its messages in order, then ends`() async throws {
        try await withLink([echo.definition]) { link in
            let stream: ResponseStream<Blob> = try await link.serverStreaming("/test.Echo/Repeat", "1000" as Blob)
            var count = 0
            for try await message in stream {
                #expect(message == Blob(size: 1024))
                count += 1
            }
            #expect(count == 1000)
        }
    }

    @Test func `both sides of a bidirectional call send as they like`() async throws {
        try await withLink([echo.definition]) { link in
            let call = try await link.bidirectional("/test.Echo/Chat", of: (Blob.self, Blob.self))
            var answers = call.responses.makeAsyncIterator()
            for number in 0..<100 {
                try await call.send(Blob("\(number)"))
                #expect(try await answers.next() == Blob("\(number)"))
            }
            call.finishSending()
            #expect(try await answers.next() == nil)
        }
    }

    @Test func `many requests make one response`() async throws {
        try await withLink([echo.definition]) { link in
            let call = try await link.bidirectional("/test.Echo/Count", of: (Blob.self, Blob.self))
            for _ in 0..<500 { try await call.send(Blob(size: 2000)) }
            call.finishSending()
            var answers: [Blob] = []
            for try await answer in call.responses { answers.append(answer) }
            #expect(answers == ["500"])
        }
    }

    @Test func `two hundred calls share the connection`() async throws {
        try await withLink([echo.definition]) { link in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let answer: Blob = try await link.unary("/test.Echo/Unary", Blob("\(number)"))
                        #expect(answer == Blob("\(number)"))
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `a method nobody serves is unimplemented`() async throws {
        try await withLink([echo.definition]) { link in
            let error = await #expect(throws: GRPCStatus.self) {
                let _: Blob = try await link.unary("/test.Echo/Nothing", "x" as Blob)
            }
            #expect(error?.code == .unimplemented)
        }
    }

    @Test func `who is not allowed never reaches the handler`() async throws {
        let refuse: CallAuthorization = { method, peer in
            peer.uriNames.isEmpty ? GRPCStatus(.permissionDenied, "\(method) is not for you") : nil
        }
        try await withLink([echo.definition], authorize: refuse) { link in
            await #expect(throws: GRPCStatus(.permissionDenied, "/test.Echo/Unary is not for you")) {
                let _: Blob = try await link.unary("/test.Echo/Unary", "x" as Blob)
            }
            #expect(echo.counts.started == 0)
        }
    }

    @Test func `an undecodable message ends its call alone`() async throws {
        try await withLink([echo.definition]) { link in
            var broken: Blob = "x"
            broken.bytes = [0xFF]
            let error = await #expect(throws: GRPCStatus.self) {
                let _: Blob = try await link.unary("/test.Echo/Unary", broken)
            }
            #expect(error?.code == .internalError)
            let answer: Blob = try await link.unary("/test.Echo/Unary", "next" as Blob)
            #expect(answer == "next")
        }
    }

    @Test func `a message over the limit is refused at either side`() async throws {
        var limits = ConnectionLimits()
        limits.messageSize = 100_000
        try await withLink([echo.definition], limits: limits) { link in
            let error = await #expect(throws: GRPCStatus.self) {
                let _: Blob = try await link.unary("/test.Echo/Unary", Blob(size: 100_001))
            }
            #expect(error == GRPCStatus(.resourceExhausted, "a message of 100001 bytes is over the limit of 100000"))
            #expect(echo.counts.started == 0)
        }
    }

    @Test func `metadata over the limit is refused by name`() async throws {
        try await withLink([echo.definition]) { link in
            let options = CallOptions(metadata: ["x-long": String(repeating: "a", count: 20_000)])
            let error = await #expect(throws: GRPCStatus.self) {
                let _: Blob = try await link.unary("/test.Echo/Unary", "x" as Blob, options: options)
            }
            #expect(error == GRPCStatus(.resourceExhausted, "the header list is over the limit of 8192 bytes"))
        }
    }
}
