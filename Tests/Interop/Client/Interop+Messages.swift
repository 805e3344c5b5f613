import GRPCLite
import SidecarAPI

// Messages in every number and order.
extension Interop {
    func emptyUnary() async throws {
        try expect("the response", try await service.emptyCall(.init()), GRPCTesting.Empty())
    }

    func largeUnary() async throws {
        let response = try await service.unaryCall(Self.largeRequest)
        try expect("the payload", response.payload, Self.payload(314_159))
    }

    func clientStreaming() async throws {
        let call = try await service.streamingInputCall()
        for size in [27182, 8, 1828, 45904] { try await call.send(.init(payload: Self.payload(size))) }
        call.finishSending()
        try expect("the sum", try await onlyResponse(of: call).aggregatedPayloadSize, 74922)
    }

    func serverStreaming() async throws {
        let wanted = [31415, 9, 2653, 58979]
        var sizes: [Int] = []
        for try await response in try await service.streamingOutputCall(Self.output(wanted)) {
            sizes.append(response.payload?.body.count ?? -1)
        }
        try expect("the sizes", sizes, wanted)
    }

    func pingPong() async throws {
        let call = try await service.fullDuplexCall()
        var responses = call.responses.makeAsyncIterator()
        for (request, response) in [(27182, 31415), (8, 9), (1828, 2653), (45904, 58979)] {
            try await call.send(Self.output([response], payload: request))
            try expect("the size", try await responses.next()?.payload?.body.count, response)
        }
        call.finishSending()
        try expect("whether there is one more", try await responses.next() != nil, false)
    }

    func emptyStream() async throws {
        let call = try await service.fullDuplexCall()
        call.finishSending()
        var responses = call.responses.makeAsyncIterator()
        try expect("whether there is a response", try await responses.next() != nil, false)
    }
}
