import ArgumentParser

/// The cases by the names that all implementations give them.
enum TestCase: String, CaseIterable, ExpressibleByArgument {
    case emptyUnary = "empty_unary"
    case largeUnary = "large_unary"
    case clientStreaming = "client_streaming"
    case serverStreaming = "server_streaming"
    case pingPong = "ping_pong"
    case emptyStream = "empty_stream"
    case cancelAfterBegin = "cancel_after_begin"
    case cancelAfterFirstResponse = "cancel_after_first_response"
    case timeoutOnSleepingServer = "timeout_on_sleeping_server"
    case statusCodeAndMessage = "status_code_and_message"
    case specialStatusMessage = "special_status_message"
    case customMetadata = "custom_metadata"
    case unimplementedMethod = "unimplemented_method"
    case unimplementedService = "unimplemented_service"
    case clientCompressedUnary = "client_compressed_unary"
    case serverCompressedUnary = "server_compressed_unary"
    case clientCompressedStreaming = "client_compressed_streaming"
    case serverCompressedStreaming = "server_compressed_streaming"

    func run(_ interop: Interop) async throws {
        switch self {
        case .emptyUnary: try await interop.emptyUnary()
        case .largeUnary: try await interop.largeUnary()
        case .clientStreaming: try await interop.clientStreaming()
        case .serverStreaming: try await interop.serverStreaming()
        case .pingPong: try await interop.pingPong()
        case .emptyStream: try await interop.emptyStream()
        case .cancelAfterBegin: try await interop.cancelAfterBegin()
        case .cancelAfterFirstResponse: try await interop.cancelAfterFirstResponse()
        case .timeoutOnSleepingServer: try await interop.timeoutOnSleepingServer()
        case .statusCodeAndMessage: try await interop.statusCodeAndMessage()
        case .specialStatusMessage: try await interop.specialStatusMessage()
        case .customMetadata: try await interop.customMetadata()
        case .unimplementedMethod: try await interop.unimplemented("/grpc.testing.TestService/UnimplementedCall")
        case .unimplementedService:
            try await interop.unimplemented("/grpc.testing.UnimplementedService/UnimplementedCall")
        case .clientCompressedUnary: try await interop.clientCompressedUnary()
        case .serverCompressedUnary: try await interop.serverCompressedUnary()
        case .clientCompressedStreaming: try await interop.clientCompressedStreaming()
        case .serverCompressedStreaming: try await interop.serverCompressedStreaming()
        }
    }
}
