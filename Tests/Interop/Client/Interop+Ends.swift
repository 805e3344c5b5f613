import GRPCLite
import SidecarAPI

// Calls that end before their time, or badly.
extension Interop {
    func cancelAfterBegin() async throws {
        let call = try await service.streamingInputCall()
        call.cancel()
        let status = try await failure("a cancelled call") { _ = try await onlyResponse(of: call) }
        try expect("the status", status.code, .cancelled)
    }

    func cancelAfterFirstResponse() async throws {
        let call = try await service.fullDuplexCall()
        var responses = call.responses.makeAsyncIterator()
        try await call.send(Self.output([31415], payload: 27182))
        try expect("the size", try await responses.next()?.payload?.body.count, 31415)
        call.cancel()
        let status = try await failure("a cancelled call") { _ = try await responses.next() }
        try expect("the status", status.code, .cancelled)
    }

    func timeoutOnSleepingServer() async throws {
        let status = try await failure("a call without time") {
            let call = try await service.fullDuplexCall(options: CallOptions(timeout: .milliseconds(1)))
            // What the server would do if it had the time.
            var request = Self.output([31415], payload: 27182)
            request.responseParameters[0].intervalUs = 5_000_000
            try await call.send(request)
            _ = try await onlyResponse(of: call)
        }
        try expect("the status", status.code, .deadlineExceeded)
    }

    func statusCodeAndMessage() async throws {
        try await expectEcho(of: "test status message")
    }

    func specialStatusMessage() async throws {
        try await expectEcho(of: "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n")
    }

    private func expectEcho(of message: String) async throws {
        let wanted = GRPCTesting.EchoStatus(code: 2, message: message)
        let unary = try await failure("a unary call") {
            _ = try await service.unaryCall(.init(responseStatus: wanted))
        }
        try expect("the unary call's status", unary, GRPCStatus(.unknown, message))
        let duplex = try await failure("a full-duplex call") {
            let call = try await service.fullDuplexCall()
            try await call.send(.init(responseStatus: wanted))
            call.finishSending()
            _ = try await onlyResponse(of: call)
        }
        try expect("the full-duplex call's status", duplex, GRPCStatus(.unknown, message))
    }

    func unimplemented(_ path: String) async throws {
        let status = try await failure(path) {
            let _: GRPCTesting.Empty = try await channel.unary(path, GRPCTesting.Empty())
        }
        try expect("the status", status.code, .unimplemented)
    }

    func customMetadata() async throws {
        let (initial, trailing) = ("x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin")
        var metadata: Metadata = [initial: "test_initial_metadata_value"]
        metadata.appendBinary(name: trailing, bytes: [0xAB, 0xAB, 0xAB])
        let options = CallOptions(metadata: metadata)

        let (_, unary) = try await unary(Self.largeRequest, options)
        try expect("initial", unary.initialMetadata.first(named: initial), "test_initial_metadata_value")
        try expect("trailing", unary.trailingMetadata.firstBinary(named: trailing), [0xAB, 0xAB, 0xAB])

        let duplex = try await service.fullDuplexCall(options: options)
        try await duplex.send(Self.output([314_159], payload: 271_828))
        duplex.finishSending()
        _ = try await onlyResponse(of: duplex)
        try expect("initial", duplex.initialMetadata.first(named: initial), "test_initial_metadata_value")
        try expect("trailing", duplex.trailingMetadata.firstBinary(named: trailing), [0xAB, 0xAB, 0xAB])
    }
}
