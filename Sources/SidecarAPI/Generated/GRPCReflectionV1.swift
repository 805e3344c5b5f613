// Made from proto/grpc/reflection/v1/reflection.proto by scripts/generate-proto. Not edited by hand.

internal import CProtobufC
internal import CSidecarProto
internal import GRPCLite

/// gRPC's server reflection: which services a server has, and the descriptors of their messages.
package enum GRPCReflectionV1 {}

extension GRPCReflectionV1 {
    package struct ServerReflectionRequest: Equatable, Sendable {
        package enum MessageRequest: Equatable, Sendable {
            /// The file of that name.
            case fileByFilename(String)
            /// The file that declares the symbol: a message, an enum, a service, a method.
            case fileContainingSymbol(String)
            /// The file that declares the extension.
            case fileContainingExtension(GRPCReflectionV1.ExtensionRequest)
            /// The numbers of all extensions of a message.
            case allExtensionNumbersOfType(String)
            /// Every service of the server; what stands here means nothing.
            case listServices(String)
        }

        /// Which virtual host is asked; we have one.
        package var host: String
        package var messageRequest: MessageRequest?

        package init(host: String = "", messageRequest: MessageRequest? = nil) {
            self.host = host
            self.messageRequest = messageRequest
        }
    }

    package struct ExtensionRequest: Equatable, Sendable {
        /// The extended message, without a leading dot.
        package var containingType: String
        package var extensionNumber: Int32

        package init(containingType: String = "", extensionNumber: Int32 = 0) {
            self.containingType = containingType
            self.extensionNumber = extensionNumber
        }
    }

    package struct ServerReflectionResponse: Equatable, Sendable {
        package enum MessageResponse: Equatable, Sendable {
            case fileDescriptorResponse(GRPCReflectionV1.FileDescriptorResponse)
            case allExtensionNumbersResponse(GRPCReflectionV1.ExtensionNumberResponse)
            case listServicesResponse(GRPCReflectionV1.ListServiceResponse)
            case errorResponse(GRPCReflectionV1.ErrorResponse)
        }

        package var validHost: String
        /// What this answers.
        package var originalRequest: GRPCReflectionV1.ServerReflectionRequest?
        package var messageResponse: MessageResponse?

        package init(
            validHost: String = "", originalRequest: GRPCReflectionV1.ServerReflectionRequest? = nil,
            messageResponse: MessageResponse? = nil
        ) {
            self.validHost = validHost
            self.originalRequest = originalRequest
            self.messageResponse = messageResponse
        }
    }

    package struct FileDescriptorResponse: Equatable, Sendable {
        /// Serialized google.protobuf.FileDescriptorProto: the file asked for, and what it imports.
        package var fileDescriptorProto: [[UInt8]]

        package init(fileDescriptorProto: [[UInt8]] = []) {
            self.fileDescriptorProto = fileDescriptorProto
        }
    }

    package struct ExtensionNumberResponse: Equatable, Sendable {
        package var baseTypeName: String
        package var extensionNumber: [Int32]

        package init(baseTypeName: String = "", extensionNumber: [Int32] = []) {
            self.baseTypeName = baseTypeName
            self.extensionNumber = extensionNumber
        }
    }

    package struct ListServiceResponse: Equatable, Sendable {
        package var service: [GRPCReflectionV1.ServiceResponse]

        package init(service: [GRPCReflectionV1.ServiceResponse] = []) {
            self.service = service
        }
    }

    package struct ServiceResponse: Equatable, Sendable {
        /// package.Service
        package var name: String

        package init(name: String = "") {
            self.name = name
        }
    }

    package struct ErrorResponse: Equatable, Sendable {
        /// A status code of gRPC.
        package var errorCode: Int32
        package var errorMessage: String

        package init(errorCode: Int32 = 0, errorMessage: String = "") {
            self.errorCode = errorCode
            self.errorMessage = errorMessage
        }
    }

}

extension GRPCReflectionV1.ServerReflectionRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Reflection__V1__ServerReflectionRequest>) {
        unsafe grpc__reflection__v1__server_reflection_request__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Reflection__V1__ServerReflectionRequest>, in arena: Arena)
        throws(MessageFailure)
    {
        host = try unsafe arena.string(at: c.pointee.host)
        switch unsafe c.pointee.message_request_case.rawValue {
        case 3:
            messageRequest = .fileByFilename(try unsafe arena.string(at: c.pointee.file_by_filename))
        case 4:
            messageRequest = .fileContainingSymbol(try unsafe arena.string(at: c.pointee.file_containing_symbol))
        case 5:
            messageRequest = try unsafe arena.message(at: c.pointee.file_containing_extension).map(
                MessageRequest.fileContainingExtension)
        case 6:
            messageRequest = .allExtensionNumbersOfType(
                try unsafe arena.string(at: c.pointee.all_extension_numbers_of_type))
        case 7:
            messageRequest = .listServices(try unsafe arena.string(at: c.pointee.list_services))
        default:
            messageRequest = nil
        }
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Reflection__V1__ServerReflectionRequest>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.host = try arena.place(host)
        switch messageRequest {
        case .fileByFilename(let value):
            unsafe c.pointee.message_request_case = .init(rawValue: 3)
            unsafe c.pointee.file_by_filename = try arena.place(value)
        case .fileContainingSymbol(let value):
            unsafe c.pointee.message_request_case = .init(rawValue: 4)
            unsafe c.pointee.file_containing_symbol = try arena.place(value)
        case .fileContainingExtension(let value):
            unsafe c.pointee.message_request_case = .init(rawValue: 5)
            unsafe c.pointee.file_containing_extension = try arena.place(value)
        case .allExtensionNumbersOfType(let value):
            unsafe c.pointee.message_request_case = .init(rawValue: 6)
            unsafe c.pointee.all_extension_numbers_of_type = try arena.place(value)
        case .listServices(let value):
            unsafe c.pointee.message_request_case = .init(rawValue: 7)
            unsafe c.pointee.list_services = try arena.place(value)
        case nil:
            break
        }
    }
}

extension GRPCReflectionV1.ExtensionRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Reflection__V1__ExtensionRequest>) {
        unsafe grpc__reflection__v1__extension_request__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Reflection__V1__ExtensionRequest>, in arena: Arena) throws(MessageFailure) {
        containingType = try unsafe arena.string(at: c.pointee.containing_type)
        extensionNumber = unsafe c.pointee.extension_number
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Reflection__V1__ExtensionRequest>, in arena: Arena) throws(MessageFailure)
    {
        unsafe c.pointee.containing_type = try arena.place(containingType)
        unsafe c.pointee.extension_number = extensionNumber
    }
}

extension GRPCReflectionV1.ServerReflectionResponse: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Reflection__V1__ServerReflectionResponse>) {
        unsafe grpc__reflection__v1__server_reflection_response__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Reflection__V1__ServerReflectionResponse>, in arena: Arena)
        throws(MessageFailure)
    {
        validHost = try unsafe arena.string(at: c.pointee.valid_host)
        originalRequest = try unsafe arena.message(at: c.pointee.original_request)
        switch unsafe c.pointee.message_response_case.rawValue {
        case 4:
            messageResponse = try unsafe arena.message(at: c.pointee.file_descriptor_response).map(
                MessageResponse.fileDescriptorResponse)
        case 5:
            messageResponse = try unsafe arena.message(at: c.pointee.all_extension_numbers_response).map(
                MessageResponse.allExtensionNumbersResponse)
        case 6:
            messageResponse = try unsafe arena.message(at: c.pointee.list_services_response).map(
                MessageResponse.listServicesResponse)
        case 7:
            messageResponse = try unsafe arena.message(at: c.pointee.error_response).map(MessageResponse.errorResponse)
        default:
            messageResponse = nil
        }
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Reflection__V1__ServerReflectionResponse>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.valid_host = try arena.place(validHost)
        unsafe c.pointee.original_request = try arena.place(originalRequest)
        switch messageResponse {
        case .fileDescriptorResponse(let value):
            unsafe c.pointee.message_response_case = .init(rawValue: 4)
            unsafe c.pointee.file_descriptor_response = try arena.place(value)
        case .allExtensionNumbersResponse(let value):
            unsafe c.pointee.message_response_case = .init(rawValue: 5)
            unsafe c.pointee.all_extension_numbers_response = try arena.place(value)
        case .listServicesResponse(let value):
            unsafe c.pointee.message_response_case = .init(rawValue: 6)
            unsafe c.pointee.list_services_response = try arena.place(value)
        case .errorResponse(let value):
            unsafe c.pointee.message_response_case = .init(rawValue: 7)
            unsafe c.pointee.error_response = try arena.place(value)
        case nil:
            break
        }
    }
}

extension GRPCReflectionV1.FileDescriptorResponse: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Reflection__V1__FileDescriptorResponse>) {
        unsafe grpc__reflection__v1__file_descriptor_response__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Reflection__V1__FileDescriptorResponse>, in arena: Arena) throws(MessageFailure)
    {
        fileDescriptorProto = unsafe arena.blobs(
            at: c.pointee.file_descriptor_proto, count: c.pointee.n_file_descriptor_proto)
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Reflection__V1__FileDescriptorResponse>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.n_file_descriptor_proto = fileDescriptorProto.count
        unsafe c.pointee.file_descriptor_proto = try arena.place(fileDescriptorProto)
    }
}

extension GRPCReflectionV1.ExtensionNumberResponse: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Reflection__V1__ExtensionNumberResponse>) {
        unsafe grpc__reflection__v1__extension_number_response__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Reflection__V1__ExtensionNumberResponse>, in arena: Arena)
        throws(MessageFailure)
    {
        baseTypeName = try unsafe arena.string(at: c.pointee.base_type_name)
        extensionNumber = unsafe arena.numbers(at: c.pointee.extension_number, count: c.pointee.n_extension_number)
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Reflection__V1__ExtensionNumberResponse>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.base_type_name = try arena.place(baseTypeName)
        unsafe c.pointee.n_extension_number = extensionNumber.count
        unsafe c.pointee.extension_number = try arena.place(extensionNumber)
    }
}

extension GRPCReflectionV1.ListServiceResponse: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Reflection__V1__ListServiceResponse>) {
        unsafe grpc__reflection__v1__list_service_response__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Reflection__V1__ListServiceResponse>, in arena: Arena) throws(MessageFailure) {
        service = try unsafe arena.messages(at: c.pointee.service, count: c.pointee.n_service)
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Reflection__V1__ListServiceResponse>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.n_service = service.count
        unsafe c.pointee.service = try arena.place(service)
    }
}

extension GRPCReflectionV1.ServiceResponse: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Reflection__V1__ServiceResponse>) {
        unsafe grpc__reflection__v1__service_response__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Reflection__V1__ServiceResponse>, in arena: Arena) throws(MessageFailure) {
        name = try unsafe arena.string(at: c.pointee.name)
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Reflection__V1__ServiceResponse>, in arena: Arena) throws(MessageFailure)
    {
        unsafe c.pointee.name = try arena.place(name)
    }
}

extension GRPCReflectionV1.ErrorResponse: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Reflection__V1__ErrorResponse>) {
        unsafe grpc__reflection__v1__error_response__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Reflection__V1__ErrorResponse>, in arena: Arena) throws(MessageFailure) {
        errorCode = unsafe c.pointee.error_code
        errorMessage = try unsafe arena.string(at: c.pointee.error_message)
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Reflection__V1__ErrorResponse>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.error_code = errorCode
        unsafe c.pointee.error_message = try arena.place(errorMessage)
    }
}
