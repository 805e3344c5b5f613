// Made from proto/grpc/health/v1/health.proto by scripts/generate-proto. Not edited by hand.

internal import CProtobufC
internal import CSidecarProto
internal import GRPCLite

/// gRPC's health checking protocol, as everybody's probes speak it.
package enum GRPCHealthV1 {}

extension GRPCHealthV1 {
    package struct HealthCheckRequest: Equatable, Sendable {
        /// `package.Service`; empty asks about the server as a whole.
        package var service: String

        package init(service: String = "") {
            self.service = service
        }
    }

    package struct HealthCheckResponse: Equatable, Sendable {
        /// Whether calls are welcome.
        package enum ServingStatus: RawRepresentable, Hashable, Sendable {
            /// Nobody knows yet.
            case unknown
            /// Yes.
            case serving
            /// No.
            case notServing
            /// The server does not know the name. Only Watch says this.
            case serviceUnknown
            /// A number that this version has no name for.
            case unrecognized(Int32)

            package init(rawValue: Int32) {
                switch rawValue {
                case 0: self = .unknown
                case 1: self = .serving
                case 2: self = .notServing
                case 3: self = .serviceUnknown
                default: self = .unrecognized(rawValue)
                }
            }

            package var rawValue: Int32 {
                switch self {
                case .unknown: 0
                case .serving: 1
                case .notServing: 2
                case .serviceUnknown: 3
                case .unrecognized(let rawValue): rawValue
                }
            }
        }

        package var status: GRPCHealthV1.HealthCheckResponse.ServingStatus

        package init(status: GRPCHealthV1.HealthCheckResponse.ServingStatus = .unknown) {
            self.status = status
        }
    }

    package struct HealthListRequest: Equatable, Sendable {

        package init() {
        }
    }

    package struct HealthListResponse: Equatable, Sendable {
        package struct StatusesEntry: Equatable, Sendable {
            package var key: String
            package var value: GRPCHealthV1.HealthCheckResponse?

            package init(key: String = "", value: GRPCHealthV1.HealthCheckResponse? = nil) {
                self.key = key
                self.value = value
            }
        }

        /// By the service's name; the server as a whole has the empty one.
        package var statuses: [GRPCHealthV1.HealthListResponse.StatusesEntry]

        package init(statuses: [GRPCHealthV1.HealthListResponse.StatusesEntry] = []) {
            self.statuses = statuses
        }
    }

}

extension GRPCHealthV1.HealthCheckRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Health__V1__HealthCheckRequest>) {
        unsafe grpc__health__v1__health_check_request__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Health__V1__HealthCheckRequest>, in arena: Arena) throws(MessageFailure) {
        service = try unsafe arena.string(at: c.pointee.service)
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Health__V1__HealthCheckRequest>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.service = try arena.place(service)
    }
}

extension GRPCHealthV1.HealthCheckResponse: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Health__V1__HealthCheckResponse>) {
        unsafe grpc__health__v1__health_check_response__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Health__V1__HealthCheckResponse>, in arena: Arena) throws(MessageFailure) {
        status = unsafe GRPCHealthV1.HealthCheckResponse.ServingStatus(
            rawValue: Int32(bitPattern: c.pointee.status.rawValue))
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Health__V1__HealthCheckResponse>, in arena: Arena) throws(MessageFailure)
    {
        unsafe c.pointee.status = Grpc__Health__V1__HealthCheckResponse__ServingStatus(
            rawValue: UInt32(bitPattern: status.rawValue))
    }
}

extension GRPCHealthV1.HealthListRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Health__V1__HealthListRequest>) {
        unsafe grpc__health__v1__health_list_request__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Health__V1__HealthListRequest>, in arena: Arena) throws(MessageFailure) {
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Health__V1__HealthListRequest>, in arena: Arena) throws(MessageFailure) {
    }
}

extension GRPCHealthV1.HealthListResponse: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Health__V1__HealthListResponse>) {
        unsafe grpc__health__v1__health_list_response__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Health__V1__HealthListResponse>, in arena: Arena) throws(MessageFailure) {
        statuses = try unsafe arena.messages(at: c.pointee.statuses, count: c.pointee.n_statuses)
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Health__V1__HealthListResponse>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.n_statuses = statuses.count
        unsafe c.pointee.statuses = try arena.place(statuses)
    }
}

extension GRPCHealthV1.HealthListResponse.StatusesEntry: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Grpc__Health__V1__HealthListResponse__StatusesEntry>) {
        unsafe grpc__health__v1__health_list_response__statuses_entry__init(c)
    }

    init(copying c: UnsafePointer<Grpc__Health__V1__HealthListResponse__StatusesEntry>, in arena: Arena)
        throws(MessageFailure)
    {
        key = try unsafe arena.string(at: c.pointee.key)
        value = try unsafe arena.message(at: c.pointee.value)
    }

    func fill(_ c: UnsafeMutablePointer<Grpc__Health__V1__HealthListResponse__StatusesEntry>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.key = try arena.place(key)
        unsafe c.pointee.value = try arena.place(value)
    }
}
