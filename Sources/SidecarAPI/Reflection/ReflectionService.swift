package import GRPCLite

/// `grpc.reflection`, in both versions: their messages are the same bytes.
package struct ReflectionService: GRPCReflectionV1.ServerReflectionService {
    private static let names = ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"]

    private let services: [String]

    /// - Parameter services: what the server offers beside reflection.
    package init(_ services: [String]) {
        self.services = services + Self.names
    }

    package var definitions: [ServiceDefinition] {
        Self.names.map { name in
            ServiceDefinition(
                name: name,
                methods: definition.methods.map { method in
                    var method = method
                    method.path = "/\(name)/ServerReflectionInfo"
                    return method
                })
        }
    }

    package func serverReflectionInfo(
        _ requests: RequestStream<GRPCReflectionV1.ServerReflectionRequest>,
        to responses: ResponseWriter<GRPCReflectionV1.ServerReflectionResponse>, context: ServerCallContext
    ) async throws {
        var answers = ReflectionAnswers(.all, services: services)
        for try await request in requests { try await responses.write(answers.answer(request)) }
    }
}
