import Synchronization
import TestKit
import Testing

@testable import GRPCLite

@Suite(.timeLimit(.minutes(1))) struct InterceptorTests {
    private let echo = EchoService()
    private let told = Told()

    private final class Told: Sendable {
        private let state = Mutex<[String]>([])
        var lines: [String] { state.withLock { $0 } }
        func add(_ line: String) { state.withLock { $0.append(line) } }
    }

    private func teller(_ name: String) -> ServerInterceptor {
        { [told] method in
            { call, next in
                told.add("\(name) \(method.method)")
                call.observeMessages(received: { told.add("received") }, sent: { told.add("sent") })
                do {
                    try await next(call)
                    told.add("\(name) ok")
                } catch {
                    told.add("\(name) \(call.status(of: error).code)")
                    throw error
                }
            }
        }
    }

    private func service(_ interceptors: [ServerInterceptor]) -> ServiceDefinition {
        echo.definition.intercepted(by: interceptors)
    }

    @Test func `the first stands outermost and sees messages and end`() async throws {
        try await withLink([service([teller("outer"), teller("inner")])]) { link in
            let _: Blob = try await link.unary("/test.Echo/Unary", "x" as Blob)
            try await eventually("the call has ended") { told.lines.last == "outer ok" }
            #expect(told.lines == ["outer Unary", "inner Unary", "received", "sent", "inner ok", "outer ok"])
        }
    }

    @Test func `an interceptor may refuse, and the handler never hears of the call`() async throws {
        let refuse: ServerInterceptor = { _ in { _, _ in throw GRPCStatus(.resourceExhausted, "not now") } }
        try await withLink([service([teller("outer"), refuse])]) { link in
            await #expect(throws: GRPCStatus(.resourceExhausted, "not now")) {
                let _: Blob = try await link.unary("/test.Echo/Unary", "x" as Blob)
            }
            #expect(echo.counts.started == 0)
            try await eventually("it was told") { told.lines.last == "outer resourceExhausted" }
        }
    }

    @Test func `a handler whose time is up did not just get cancelled`() async throws {
        try await withLink([service([teller("outer")])]) { link in
            let status = await #expect(throws: GRPCStatus.self) {
                let call: BidirectionalCall<Blob, Blob> = try await link.bidirectional(
                    "/test.Echo/Hang", options: CallOptions(timeout: .seconds(5)), of: (Blob.self, Blob.self))
                try await call.send("x")
                call.finishSending()
                try await eventually("the handler runs") { echo.counts.started == 1 }
                await link.advance(by: .seconds(5))
                for try await _ in call.responses {}
            }
            #expect(status?.code == .deadlineExceeded)
            try await eventually("it was told") {
                ["outer deadlineExceeded", "outer cancelled"].contains(told.lines.last)
            }
        }
    }

    @Test func `one request and one response keep their short way`() async throws {
        let prompt = MethodHandler.unary("/test.Echo/Prompt") { (request: Blob, _) throws -> Blob in request }
        let service = ServiceDefinition(name: "test.Echo", methods: [prompt]).intercepted(by: [teller("one")])
        #expect(service.methods[0].reply != nil)
        #expect(self.service([teller("one")]).methods.allSatisfy { ($0.reply != nil) == ($0.shape == .unary) })
        try await withLink([service]) { link in
            let answer: Blob = try await link.unary("/test.Echo/Prompt", "x" as Blob)
            #expect(answer == "x")
            #expect(told.lines == ["one Prompt", "received", "sent", "one ok"])
        }
    }

    @Test func `an interceptor that forgets the handler has made a mistake`() async throws {
        let forgetful: ServerInterceptor = { _ in { _, _ in } }
        try await withLink([service([forgetful])]) { link in
            let error = await #expect(throws: GRPCStatus.self) {
                let _: Blob = try await link.unary("/test.Echo/Unary", "x" as Blob)
            }
            #expect(error?.code == .internalError)
        }
    }

    @Test func `without interceptors a method is the method itself`() {
        let method = echo.definition.methods[0].intercepted(by: [])
        #expect(method.info == MethodInfo(path: "/test.Echo/Unary", shape: .unary))
    }

    // MARK: The client's side

    private func clientTeller(_ method: MethodInfo, _ options: inout CallOptions) -> CallObserver? {
        told.add("\(method.method) \(method.shape)")
        options.metadata.append(name: "x-added", value: "yes")
        return CallObserver(
            sent: { [told] in told.add("sent") }, received: { [told] in told.add("received") },
            ended: { [told] in told.add("\($0.code)") })
    }

    @Test func `a client's interceptor changes options and is told of the call`() async throws {
        try await withLink([echo.definition]) { link in
            let channel = link.intercepted(by: [clientTeller])
            let _: Blob = try await channel.unary("/test.Echo/Unary", "x" as Blob)
            #expect(echo.context?.metadata.first(named: "x-added") == "yes")
            #expect(told.lines.first == "Unary unary")
            #expect(Set(told.lines.dropFirst()) == ["sent", "received", "ok"])
            #expect(told.lines.count == 4)

            _ = try? await channel.unary("/test.Echo/Fail", "x" as Blob) as Blob
            #expect(told.lines.suffix(3) == ["Fail unary", "sent", "notFound"])
        }
    }

    @Test func `a call that cannot be opened has ended too`() async throws {
        try await withLink([echo.definition]) { link in
            await link.cut()
            let channel = link.intercepted(by: [clientTeller])
            _ = try? await channel.unary("/test.Echo/Unary", "x" as Blob) as Blob
            #expect(told.lines == ["Unary unary", "unavailable"])
        }
    }

    @Test(arguments: [
        ("/a.B/C", "a.B", "C"), ("/a/b/c", "unknown", "unknown"), ("a.B/C", "unknown", "unknown"),
        ("", "unknown", "unknown"),
    ])
    func `a path names service and method`(path: String, service: String, method: String) {
        let info = MethodInfo(path: path, shape: .unary)
        #expect(info.service == service)
        #expect(info.method == method)
    }
}
