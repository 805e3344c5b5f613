import Testing

@testable import SidecarAPI

@Suite struct ReflectionTests {
    private typealias Question = GRPCReflectionV1.ServerReflectionRequest.MessageRequest
    private typealias Answer = GRPCReflectionV1.ServerReflectionResponse.MessageResponse

    private var answers = ReflectionAnswers(.all, services: ["b.B", "a.A"])

    private mutating func ask(_ question: Question?) -> Answer? {
        let request = GRPCReflectionV1.ServerReflectionRequest(host: "here", messageRequest: question)
        let response = answers.answer(request)
        #expect(response.originalRequest == request)
        #expect(response.validHost == "here")
        return response.messageResponse
    }

    /// The names of the files that an answer holds.
    private func files(_ answer: Answer?) -> [String] {
        guard case .fileDescriptorResponse(let response)? = answer else { return [] }
        return response.fileDescriptorProto.map { WireFields($0[...]).first { $0.number == 1 }?.text ?? "" }
    }

    private func error(_ answer: Answer?) -> Int32? {
        guard case .errorResponse(let error)? = answer else { return nil }
        return error.errorCode
    }

    @Test mutating func `the services are listed`() {
        #expect(
            ask(.listServices("")) == .listServicesResponse(.init(service: [.init(name: "a.A"), .init(name: "b.B")])))
    }

    @Test(arguments: [
        "grpc.health.v1.Health", "grpc.health.v1.Health.Check", "grpc.health.v1.HealthCheckResponse",
        "grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc.health.v1.HealthListResponse.StatusesEntry",
    ])
    mutating func `a symbol of any kind has its file`(symbol: String) {
        #expect(files(ask(.fileContainingSymbol(symbol))) == ["grpc/health/v1/health.proto"])
    }

    @Test mutating func `a file comes with what it imports, and each import once on a stream`() {
        let prefix = "opentelemetry/proto"
        let first = files(ask(.fileByFilename("\(prefix)/trace/v1/trace.proto")))
        #expect(
            Set(first) == [
                "\(prefix)/trace/v1/trace.proto", "\(prefix)/common/v1/common.proto",
                "\(prefix)/resource/v1/resource.proto",
            ])
        #expect(first.first == "\(prefix)/trace/v1/trace.proto")
        let second = files(ask(.fileByFilename("\(prefix)/collector/trace/v1/trace_service.proto")))
        #expect(second == ["\(prefix)/collector/trace/v1/trace_service.proto"])
        // What is asked for by name comes again all the same.
        #expect(files(ask(.fileByFilename("\(prefix)/common/v1/common.proto"))).count == 1)
    }

    @Test mutating func `what is not there is an answer, not the end`() {
        #expect(error(ask(.fileByFilename("nothing.proto"))) == 5)
        #expect(error(ask(.fileContainingSymbol("no.Such"))) == 5)
        #expect(error(ask(.fileContainingExtension(.init(containingType: "a.B", extensionNumber: 7)))) == 5)
        #expect(error(ask(.allExtensionNumbersOfType("no.Such"))) == 5)
        #expect(error(ask(nil)) == 3)
        let type = "grpc.health.v1.HealthCheckRequest"
        #expect(ask(.allExtensionNumbersOfType(type)) == .allExtensionNumbersResponse(.init(baseTypeName: type)))
    }

    @Test func `bytes that are no descriptors make an index of nothing`() {
        for bytes: [UInt8] in [
            [], [0x0A], [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [7, 7],
        ] {
            #expect(DescriptorIndex(bytes).fileOfSymbol.keys.filter { !$0.isEmpty } == [])
        }
        #expect(DescriptorIndex.all.files.count >= 10)
    }
}
