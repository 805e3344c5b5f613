internal import GRPCLite

/// Answers the questions of one reflection stream, each with one message.
struct ReflectionAnswers {
    private let index: DescriptorIndex
    private let services: [String]
    /// What this stream has got already; it is not sent as somebody's import again.
    private var sentFiles: Set<String> = []

    /// - Parameter services: the names of all that the server offers.
    init(_ index: DescriptorIndex, services: [String]) {
        self.index = index
        self.services = services.sorted()
    }

    mutating func answer(
        _ request: GRPCReflectionV1.ServerReflectionRequest
    ) -> GRPCReflectionV1.ServerReflectionResponse {
        GRPCReflectionV1.ServerReflectionResponse(
            validHost: request.host, originalRequest: request, messageResponse: response(to: request.messageRequest))
    }

    private mutating func response(
        to question: GRPCReflectionV1.ServerReflectionRequest.MessageRequest?
    ) -> GRPCReflectionV1.ServerReflectionResponse.MessageResponse {
        switch question {
        case .fileByFilename(let name): files(from: name, or: "no such file")
        case .fileContainingSymbol(let symbol): files(from: index.fileOfSymbol[symbol], or: "no such symbol")
        // No file of ours declares an extension.
        case .fileContainingExtension: error(.notFound, "no such extension")
        case .allExtensionNumbersOfType(let type):
            index.messages.contains(type)
                ? .allExtensionNumbersResponse(.init(baseTypeName: type)) : error(.notFound, "no such message")
        case .listServices: .listServicesResponse(.init(service: services.map { .init(name: $0) }))
        case nil: error(.invalidArgument, "the question is missing, or of a later version")
        }
    }

    private mutating func files(
        from name: String?, or text: String
    ) -> GRPCReflectionV1.ServerReflectionResponse.MessageResponse {
        guard let name, index.files[name] != nil else { return error(.notFound, text) }
        let wanted = index.withDependencies(name).filter { $0 == name || !sentFiles.contains($0) }
        sentFiles.formUnion(wanted)
        return .fileDescriptorResponse(.init(fileDescriptorProto: wanted.compactMap { index.files[$0]?.bytes }))
    }

    private func error(
        _ code: GRPCStatus.Code, _ text: String
    ) -> GRPCReflectionV1.ServerReflectionResponse.MessageResponse {
        .errorResponse(.init(errorCode: Int32(clamping: code.rawValue), errorMessage: text))
    }
}
