import GRPCLite
import SidecarAPI

// Messages compressed and not, and that each side sees which.
extension Interop {
    private static let gzip = CallOptions(encoding: .gzip)

    /// Tells a server that a message is compressed which is not. A server that is told by its library how a message came
    /// has to refuse that; many, grpcio's among them, are not told, and the rest of the case is all they can be asked.
    private func probe(_ lie: () async throws -> Void) async throws {
        do {
            try await lie()
            note("the server cannot tell whether a request was compressed")
        } catch let status as GRPCStatus {
            try expect("the status of a lie about compression", status.code, .invalidArgument)
        }
    }

    func clientCompressedUnary() async throws {
        var request = Self.largeRequest
        request.expectCompressed = .init(value: true)
        try await probe { _ = try await unary(request, Self.gzip, compress: false) }

        for isCompressed in [true, false] {
            request.expectCompressed = .init(value: isCompressed)
            let (response, _) = try await unary(request, Self.gzip, compress: isCompressed)
            try expect("the payload", response.payload, Self.payload(314_159))
        }
    }

    func serverCompressedUnary() async throws {
        for isCompressed in [true, false] {
            var request = Self.largeRequest
            request.responseCompressed = .init(value: isCompressed)
            let (response, call) = try await unary(request)
            try expect("the payload", response.payload, Self.payload(314_159))
            try expect("whether it came compressed", call.wasLastResponseCompressed, isCompressed)
        }
    }

    func clientCompressedStreaming() async throws {
        try await probe {
            let call = try await service.streamingInputCall(options: Self.gzip)
            try await call.send(
                .init(payload: Self.payload(27182), expectCompressed: .init(value: true)), compress: false)
            call.finishSending()
            _ = try await onlyResponse(of: call)
        }

        let call = try await service.streamingInputCall(options: Self.gzip)
        for (size, isCompressed) in [(27182, true), (45904, false)] {
            try await call.send(
                .init(payload: Self.payload(size), expectCompressed: .init(value: isCompressed)),
                compress: isCompressed)
        }
        call.finishSending()
        try expect("the sum", try await onlyResponse(of: call).aggregatedPayloadSize, 73086)
    }

    func serverCompressedStreaming() async throws {
        let wanted: [(size: Int, isCompressed: Bool)] = [(31415, true), (92653, false)]
        let request = Output(
            responseParameters: wanted.map {
                .init(size: Int32($0.size), compressed: .init(value: $0.isCompressed))
            })
        let call = try await channel.bidirectional(
            "/grpc.testing.TestService/StreamingOutputCall",
            of: (Output.self, GRPCTesting.StreamingOutputCallResponse.self))
        try await call.send(request)
        call.finishSending()
        var responses = call.responses.makeAsyncIterator()
        for (size, isCompressed) in wanted {
            try expect("the size", try await responses.next()?.payload?.body.count, size)
            try expect("whether it came compressed", call.wasLastResponseCompressed, isCompressed)
        }
        try expect("whether there is one more", try await responses.next() != nil, false)
    }
}
