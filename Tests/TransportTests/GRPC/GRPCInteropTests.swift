import Foundation
import GRPCLite
import TestKit
import Testing
import Transport

/// Against the reference implementation: Python's grpcio, which is gRPC's C core.
@Suite(
    .enabled(if: PythonGRPC.isPresent, "needs python3 with grpcio (Debian: python3-grpcio)"),
    .timeLimit(.minutes(2)))
struct GRPCInteropTests {
    let service = TestService()

    @Test func `a Python client calls our server over mutual TLS`() async throws {
        let fleet = try TestFleet()
        let files = try fleet.files("admin/python")
        try await withGRPCServer([service.definition], tls: try fleet.server("proxy/proxy-a")) { server in
            let output = try await PythonGRPC.run(
                PythonGRPC.client, ["localhost:\(server.port)", fleet.authorityFile, files.certificate, files.key])
            #expect(output.status == 0, "\(output.text)")
            #expect(output.text.contains("all good"), "\(output.text)")
        }
        try await eventually("cancelled handlers have ended") { service.cancelled == service.started }
    }

    @Test func `our client calls a Python server`() async throws {
        let fleet = try TestFleet()
        let files = try fleet.files("proxy/python")
        let server = try PythonGRPC.start(
            PythonGRPC.server, [fleet.authorityFile, files.certificate, files.key])
        defer { server.stop() }
        let port = try #require(Int(await server.firstLine()))
        let channel = GRPCClientChannel(
            host: "127.0.0.1", port: port, tls: try fleet.client("admin/me"),
            expectedPeer: { $0.uriNames == ["sidecar://proxy/python"] }, connectLimit: .seconds(20), group: grpcLoops)

        let echoed: Blob = try await channel.unary("/test.Echo/Unary", Blob(size: 2_000_000))
        #expect(echoed == Blob(size: 2_000_000))
        await #expect(throws: GRPCStatus(.failedPrecondition, "nö – 100%")) {
            let _: Blob = try await channel.unary("/test.Echo/Fail", Blob("nö – 100%"))
        }
        let stream: ResponseStream<Blob> = try await channel.serverStreaming("/test.Echo/Repeat", Blob("300"))
        var count = 0
        for try await message in stream where message.bytes.count == 10_000 { count += 1 }
        #expect(count == 300)

        let call = try await channel.bidirectional("/test.Echo/Chat", of: (Blob.self, Blob.self))
        var answers = call.responses.makeAsyncIterator()
        for number in 0..<20 {
            try await call.send(Blob("\(number)"))
            #expect(try await answers.next()?.text == "\(number)")
        }
        call.finishSending()
        #expect(try await answers.next() == nil)

        let late = await #expect(throws: GRPCStatus.self) {
            let options = CallOptions(timeout: .milliseconds(200))
            let _: Blob = try await channel.unary("/test.Echo/Hang", Blob("x"), options: options)
        }
        #expect(late?.code == .deadlineExceeded)
        let unknown = await #expect(throws: GRPCStatus.self) {
            let _: Blob = try await channel.unary("/test.Echo/Nothing", Blob("x"))
        }
        #expect(unknown?.code == .unimplemented)
        await channel.shutdown()
    }
}
