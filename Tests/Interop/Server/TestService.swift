import GRPCLite
import SidecarAPI

/// gRPC, “Interoperability Test Case Descriptions”, “Server”.
struct TestService: GRPCTesting.TestServiceService {
    /// Bytes of one payload; more is refused.
    private static let payloadLimit = 8 << 20
    /// Responses and requests that one call may have us remember.
    private static let memory = 1000

    /// Where unary calls are passed on to; `nil` answers them here.
    var upstream: (any GRPCChannel)?

    func emptyCall(_ request: GRPCTesting.Empty, context: ServerCallContext) async throws -> GRPCTesting.Empty {
        echoMetadata(context)
        return request
    }

    func unaryCall(
        _ request: GRPCTesting.SimpleRequest, context: ServerCallContext
    ) async throws -> GRPCTesting.SimpleResponse {
        echoMetadata(context)
        if let upstream { return try await GRPCTesting.TestServiceClient(upstream).unaryCall(request) }
        try check(request.expectCompressed, context)
        try fail(as: request.responseStatus, context)
        if request.responseCompressed?.value == true { context.compressResponses() }
        return GRPCTesting.SimpleResponse(payload: try payload(request.responseSize))
    }

    func cacheableUnaryCall(
        _ request: GRPCTesting.SimpleRequest, context: ServerCallContext
    ) async throws -> GRPCTesting.SimpleResponse {
        try await unaryCall(request, context: context)
    }

    func streamingOutputCall(
        _ request: GRPCTesting.StreamingOutputCallRequest,
        to responses: ResponseWriter<GRPCTesting.StreamingOutputCallResponse>, context: ServerCallContext
    ) async throws {
        echoMetadata(context)
        try await answer(request, responses, context)
    }

    func streamingInputCall(
        _ requests: RequestStream<GRPCTesting.StreamingInputCallRequest>, context: ServerCallContext
    ) async throws -> GRPCTesting.StreamingInputCallResponse {
        echoMetadata(context)
        var size = 0
        for try await request in requests {
            try check(request.expectCompressed, context)
            size += request.payload?.body.count ?? 0
        }
        return GRPCTesting.StreamingInputCallResponse(aggregatedPayloadSize: Int32(clamping: size))
    }

    func fullDuplexCall(
        _ requests: RequestStream<GRPCTesting.StreamingOutputCallRequest>,
        to responses: ResponseWriter<GRPCTesting.StreamingOutputCallResponse>, context: ServerCallContext
    ) async throws {
        echoMetadata(context)
        for try await request in requests { try await answer(request, responses, context) }
    }

    func halfDuplexCall(
        _ requests: RequestStream<GRPCTesting.StreamingOutputCallRequest>,
        to responses: ResponseWriter<GRPCTesting.StreamingOutputCallResponse>, context: ServerCallContext
    ) async throws {
        echoMetadata(context)
        var asked: [GRPCTesting.StreamingOutputCallRequest] = []
        var remembered = 0
        for try await request in requests {
            remembered += 1 + request.responseParameters.count
            guard remembered <= Self.memory else {
                throw GRPCStatus(.resourceExhausted, "more than \(Self.memory) requests and responses")
            }
            // Without its payload.
            asked.append(
                GRPCTesting.StreamingOutputCallRequest(
                    responseParameters: request.responseParameters, responseStatus: request.responseStatus))
        }
        for request in asked { try await answer(request, responses, context) }
    }

    // MARK: What the methods share

    private func answer(
        _ request: GRPCTesting.StreamingOutputCallRequest,
        _ responses: ResponseWriter<GRPCTesting.StreamingOutputCallResponse>, _ context: ServerCallContext
    ) async throws {
        try fail(as: request.responseStatus, context)
        let parameters = request.responseParameters
        if parameters.contains(where: { $0.compressed?.value == true }) { context.compressResponses() }
        for wanted in parameters {
            if wanted.intervalUs > 0 { try await Task.sleep(for: .microseconds(Int(wanted.intervalUs))) }
            let response = GRPCTesting.StreamingOutputCallResponse(payload: try payload(wanted.size))
            try await responses.write(response, compress: wanted.compressed?.value ?? false)
        }
    }

    private func payload(_ size: Int32) throws -> GRPCTesting.Payload {
        guard (0...Self.payloadLimit).contains(Int(size)) else {
            throw GRPCStatus(.invalidArgument, "no payload of \(size) bytes")
        }
        return GRPCTesting.Payload(body: Array(repeating: 0, count: Int(size)))
    }

    /// The details are no part of gRPC's own tests: they come as metadata.
    private func fail(as status: GRPCTesting.EchoStatus?, _ context: ServerCallContext) throws {
        guard let status, status.code != 0 else { return }
        let details = context.metadata.firstBinary(named: "x-test-status-details-bin") ?? []
        throw GRPCStatus(
            GRPCStatus.Code(rawValue: Int(status.code)) ?? .unknown, status.message, details: details)
    }

    private func check(_ expected: GRPCTesting.BoolValue?, _ context: ServerCallContext) throws {
        guard let expected, expected.value != context.wasLastRequestCompressed else { return }
        throw GRPCStatus(.invalidArgument, "the request was \(expected.value ? "not " : "")compressed")
    }

    private func echoMetadata(_ context: ServerCallContext) {
        let (initial, trailing) = ("x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin")
        if let text = context.metadata.first(named: initial) { context.addInitialMetadata([initial: text]) }
        if let bytes = context.metadata.firstBinary(named: trailing) {
            var metadata = Metadata()
            metadata.appendBinary(name: trailing, bytes: bytes)
            context.addTrailingMetadata(metadata)
        }
        // No part of gRPC's own tests: all that the handler was shown, in its order.
        guard context.metadata.first(named: "x-test-echo-all") != nil else { return }
        context.addInitialMetadata(context.metadata)
        context.addTrailingMetadata(context.metadata)
    }
}
