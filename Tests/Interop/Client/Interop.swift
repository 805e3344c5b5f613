import Foundation
import GRPCLite
import SidecarAPI

/// What the cases share: how to call, and how to say that an answer is wrong.
struct Interop {
    struct Unexpected: Error, CustomStringConvertible {
        var description: String
    }

    typealias Output = GRPCTesting.StreamingOutputCallRequest
    typealias OutputCall = BidirectionalCall<Output, GRPCTesting.StreamingOutputCallResponse>

    let channel: any GRPCChannel
    let service: GRPCTesting.TestServiceClient

    init(_ channel: any GRPCChannel) {
        self.channel = channel
        service = GRPCTesting.TestServiceClient(channel)
    }

    func expect<Value: Equatable>(_ what: String, _ value: Value, _ wanted: Value) throws {
        guard value != wanted else { return }
        throw Unexpected(description: "\(what) is \(value), not \(wanted)")
    }

    func note(_ text: String) {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
    }

    /// - Returns: the status of a call that has to fail.
    func failure(_ what: String, _ body: () async throws -> Void) async throws -> GRPCStatus {
        do {
            try await body()
        } catch let status as GRPCStatus {
            return status
        }
        throw Unexpected(description: "\(what) succeeded")
    }

    static func payload(_ size: Int) -> GRPCTesting.Payload {
        GRPCTesting.Payload(body: Array(repeating: 0, count: size))
    }

    static func output(_ sizes: [Int], payload: Int = 0) -> Output {
        Output(
            responseParameters: sizes.map { GRPCTesting.ResponseParameters(size: Int32($0)) },
            payload: Self.payload(payload))
    }

    static let largeRequest = GRPCTesting.SimpleRequest(responseSize: 314_159, payload: payload(271_828))

    /// The one response of a call whose requests are streamed, or whose metadata matters.
    func onlyResponse<Request, Response>(of call: BidirectionalCall<Request, Response>) async throws -> Response {
        var responses = call.responses.makeAsyncIterator()
        guard let response = try await responses.next() else { throw Unexpected(description: "no response") }
        guard try await responses.next() == nil else { throw Unexpected(description: "two responses") }
        return response
    }

    /// A unary call with what is around its response.
    func unary(
        _ request: GRPCTesting.SimpleRequest, _ options: CallOptions = .none, compress: Bool = true
    ) async throws -> (
        response: GRPCTesting.SimpleResponse,
        call: BidirectionalCall<GRPCTesting.SimpleRequest, GRPCTesting.SimpleResponse>
    ) {
        let call = try await channel.bidirectional(
            "/grpc.testing.TestService/UnaryCall", options: options,
            of: (GRPCTesting.SimpleRequest.self, GRPCTesting.SimpleResponse.self))
        try await call.send(request, compress: compress)
        call.finishSending()
        return (try await onlyResponse(of: call), call)
    }
}
