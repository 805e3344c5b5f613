// Made from proto/grpc/testing/test.proto by scripts/generate-proto. Not edited by hand.

internal import CProtobufC
internal import CSidecarProto
internal import GRPCLite

/// gRPC's interoperability tests: the service that every implementation can serve and call. For tests alone.
/// UnimplementedCall and UnimplementedService are left out: the tests want servers without them.
package enum GRPCTesting {}

extension GRPCTesting {
    /// What a payload holds.
    package enum PayloadType: RawRepresentable, Hashable, Sendable {
        /// Bytes that do not matter.
        case compressable
        /// A number that this version has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .compressable
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .compressable: 0
            case .unrecognized(let rawValue): rawValue
            }
        }
    }

    package struct Empty: Equatable, Sendable {

        package init() {
        }
    }

    package struct BoolValue: Equatable, Sendable {
        package var value: Bool

        package init(value: Bool = false) {
            self.value = value
        }
    }

    package struct Payload: Equatable, Sendable {
        package var type: GRPCTesting.PayloadType
        package var body: [UInt8]

        package init(type: GRPCTesting.PayloadType = .compressable, body: [UInt8] = []) {
            self.type = type
            self.body = body
        }
    }

    package struct EchoStatus: Equatable, Sendable {
        package var code: Int32
        package var message: String

        package init(code: Int32 = 0, message: String = "") {
            self.code = code
            self.message = message
        }
    }

    package struct SimpleRequest: Equatable, Sendable {
        package var responseType: GRPCTesting.PayloadType
        /// Bytes of the response's payload.
        package var responseSize: Int32
        package var payload: GRPCTesting.Payload?
        package var fillUsername: Bool
        package var fillOauthScope: Bool
        /// Whether the response is to come compressed.
        package var responseCompressed: GRPCTesting.BoolValue?
        /// The status to end with.
        package var responseStatus: GRPCTesting.EchoStatus?
        /// Whether this request should have come compressed.
        package var expectCompressed: GRPCTesting.BoolValue?

        package init(
            responseType: GRPCTesting.PayloadType = .compressable, responseSize: Int32 = 0,
            payload: GRPCTesting.Payload? = nil, fillUsername: Bool = false, fillOauthScope: Bool = false,
            responseCompressed: GRPCTesting.BoolValue? = nil, responseStatus: GRPCTesting.EchoStatus? = nil,
            expectCompressed: GRPCTesting.BoolValue? = nil
        ) {
            self.responseType = responseType
            self.responseSize = responseSize
            self.payload = payload
            self.fillUsername = fillUsername
            self.fillOauthScope = fillOauthScope
            self.responseCompressed = responseCompressed
            self.responseStatus = responseStatus
            self.expectCompressed = expectCompressed
        }
    }

    package struct SimpleResponse: Equatable, Sendable {
        package var payload: GRPCTesting.Payload?
        package var username: String
        package var oauthScope: String

        package init(payload: GRPCTesting.Payload? = nil, username: String = "", oauthScope: String = "") {
            self.payload = payload
            self.username = username
            self.oauthScope = oauthScope
        }
    }

    package struct StreamingInputCallRequest: Equatable, Sendable {
        package var payload: GRPCTesting.Payload?
        /// Whether this request should have come compressed.
        package var expectCompressed: GRPCTesting.BoolValue?

        package init(payload: GRPCTesting.Payload? = nil, expectCompressed: GRPCTesting.BoolValue? = nil) {
            self.payload = payload
            self.expectCompressed = expectCompressed
        }
    }

    package struct StreamingInputCallResponse: Equatable, Sendable {
        package var aggregatedPayloadSize: Int32

        package init(aggregatedPayloadSize: Int32 = 0) {
            self.aggregatedPayloadSize = aggregatedPayloadSize
        }
    }

    package struct ResponseParameters: Equatable, Sendable {
        /// Bytes of the payload.
        package var size: Int32
        /// To wait before the response.
        package var intervalUs: Int32
        /// Whether the response is to come compressed.
        package var compressed: GRPCTesting.BoolValue?

        package init(size: Int32 = 0, intervalUs: Int32 = 0, compressed: GRPCTesting.BoolValue? = nil) {
            self.size = size
            self.intervalUs = intervalUs
            self.compressed = compressed
        }
    }

    package struct StreamingOutputCallRequest: Equatable, Sendable {
        package var responseType: GRPCTesting.PayloadType
        package var responseParameters: [GRPCTesting.ResponseParameters]
        package var payload: GRPCTesting.Payload?
        /// The status to end with.
        package var responseStatus: GRPCTesting.EchoStatus?

        package init(
            responseType: GRPCTesting.PayloadType = .compressable,
            responseParameters: [GRPCTesting.ResponseParameters] = [], payload: GRPCTesting.Payload? = nil,
            responseStatus: GRPCTesting.EchoStatus? = nil
        ) {
            self.responseType = responseType
            self.responseParameters = responseParameters
            self.payload = payload
            self.responseStatus = responseStatus
        }
    }

    package struct StreamingOutputCallResponse: Equatable, Sendable {
        package var payload: GRPCTesting.Payload?

        package init(payload: GRPCTesting.Payload? = nil) {
            self.payload = payload
        }
    }

}

extension GRPCTesting.Empty: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Testing__Empty>) {
        unsafe grpc__testing__empty__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Testing__Empty>, in arena: Arena) throws(MessageFailure) {
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Testing__Empty>, in arena: Arena) throws(MessageFailure) {
    }
}

extension GRPCTesting.BoolValue: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Testing__BoolValue>) {
        unsafe grpc__testing__bool_value__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Testing__BoolValue>, in arena: Arena) throws(MessageFailure) {
        value = unsafe c.pointee.value != 0
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Testing__BoolValue>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.value = value ? 1 : 0
    }
}

extension GRPCTesting.Payload: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Testing__Payload>) {
        unsafe grpc__testing__payload__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Testing__Payload>, in arena: Arena) throws(MessageFailure) {
        type = unsafe GRPCTesting.PayloadType(rawValue: Int32(bitPattern: c.pointee.type.rawValue))
        body = unsafe arena.blob(at: c.pointee.body)
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Testing__Payload>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.type = Grpc__Testing__PayloadType(rawValue: UInt32(bitPattern: type.rawValue))
        unsafe c.pointee.body = try arena.place(body)
    }
}

extension GRPCTesting.EchoStatus: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Testing__EchoStatus>) {
        unsafe grpc__testing__echo_status__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Testing__EchoStatus>, in arena: Arena) throws(MessageFailure) {
        code = unsafe c.pointee.code
        message = try unsafe arena.string(at: c.pointee.message)
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Testing__EchoStatus>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.code = code
        unsafe c.pointee.message = try arena.place(message)
    }
}

extension GRPCTesting.SimpleRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Testing__SimpleRequest>) {
        unsafe grpc__testing__simple_request__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Testing__SimpleRequest>, in arena: Arena) throws(MessageFailure) {
        responseType = unsafe GRPCTesting.PayloadType(rawValue: Int32(bitPattern: c.pointee.response_type.rawValue))
        responseSize = unsafe c.pointee.response_size
        payload = try unsafe arena.message(at: c.pointee.payload)
        fillUsername = unsafe c.pointee.fill_username != 0
        fillOauthScope = unsafe c.pointee.fill_oauth_scope != 0
        responseCompressed = try unsafe arena.message(at: c.pointee.response_compressed)
        responseStatus = try unsafe arena.message(at: c.pointee.response_status)
        expectCompressed = try unsafe arena.message(at: c.pointee.expect_compressed)
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Testing__SimpleRequest>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.response_type = Grpc__Testing__PayloadType(rawValue: UInt32(bitPattern: responseType.rawValue))
        unsafe c.pointee.response_size = responseSize
        unsafe c.pointee.payload = try arena.place(payload)
        unsafe c.pointee.fill_username = fillUsername ? 1 : 0
        unsafe c.pointee.fill_oauth_scope = fillOauthScope ? 1 : 0
        unsafe c.pointee.response_compressed = try arena.place(responseCompressed)
        unsafe c.pointee.response_status = try arena.place(responseStatus)
        unsafe c.pointee.expect_compressed = try arena.place(expectCompressed)
    }
}

extension GRPCTesting.SimpleResponse: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Testing__SimpleResponse>) {
        unsafe grpc__testing__simple_response__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Testing__SimpleResponse>, in arena: Arena) throws(MessageFailure) {
        payload = try unsafe arena.message(at: c.pointee.payload)
        username = try unsafe arena.string(at: c.pointee.username)
        oauthScope = try unsafe arena.string(at: c.pointee.oauth_scope)
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Testing__SimpleResponse>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.payload = try arena.place(payload)
        unsafe c.pointee.username = try arena.place(username)
        unsafe c.pointee.oauth_scope = try arena.place(oauthScope)
    }
}

extension GRPCTesting.StreamingInputCallRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Testing__StreamingInputCallRequest>) {
        unsafe grpc__testing__streaming_input_call_request__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Testing__StreamingInputCallRequest>, in arena: Arena) throws(MessageFailure) {
        payload = try unsafe arena.message(at: c.pointee.payload)
        expectCompressed = try unsafe arena.message(at: c.pointee.expect_compressed)
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Testing__StreamingInputCallRequest>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.payload = try arena.place(payload)
        unsafe c.pointee.expect_compressed = try arena.place(expectCompressed)
    }
}

extension GRPCTesting.StreamingInputCallResponse: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Testing__StreamingInputCallResponse>) {
        unsafe grpc__testing__streaming_input_call_response__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Testing__StreamingInputCallResponse>, in arena: Arena) throws(MessageFailure) {
        aggregatedPayloadSize = unsafe c.pointee.aggregated_payload_size
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Testing__StreamingInputCallResponse>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.aggregated_payload_size = aggregatedPayloadSize
    }
}

extension GRPCTesting.ResponseParameters: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Testing__ResponseParameters>) {
        unsafe grpc__testing__response_parameters__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Testing__ResponseParameters>, in arena: Arena) throws(MessageFailure) {
        size = unsafe c.pointee.size
        intervalUs = unsafe c.pointee.interval_us
        compressed = try unsafe arena.message(at: c.pointee.compressed)
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Testing__ResponseParameters>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.size = size
        unsafe c.pointee.interval_us = intervalUs
        unsafe c.pointee.compressed = try arena.place(compressed)
    }
}

extension GRPCTesting.StreamingOutputCallRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Testing__StreamingOutputCallRequest>) {
        unsafe grpc__testing__streaming_output_call_request__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Testing__StreamingOutputCallRequest>, in arena: Arena) throws(MessageFailure) {
        responseType = unsafe GRPCTesting.PayloadType(rawValue: Int32(bitPattern: c.pointee.response_type.rawValue))
        responseParameters = try unsafe arena.messages(
            at: c.pointee.response_parameters, count: c.pointee.n_response_parameters)
        payload = try unsafe arena.message(at: c.pointee.payload)
        responseStatus = try unsafe arena.message(at: c.pointee.response_status)
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Testing__StreamingOutputCallRequest>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.response_type = Grpc__Testing__PayloadType(rawValue: UInt32(bitPattern: responseType.rawValue))
        unsafe c.pointee.n_response_parameters = responseParameters.count
        unsafe c.pointee.response_parameters = try arena.place(responseParameters)
        unsafe c.pointee.payload = try arena.place(payload)
        unsafe c.pointee.response_status = try arena.place(responseStatus)
    }
}

extension GRPCTesting.StreamingOutputCallResponse: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Testing__StreamingOutputCallResponse>) {
        unsafe grpc__testing__streaming_output_call_response__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Testing__StreamingOutputCallResponse>, in arena: Arena) throws(MessageFailure) {
        payload = try unsafe arena.message(at: c.pointee.payload)
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Testing__StreamingOutputCallResponse>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.payload = try arena.place(payload)
    }
}
