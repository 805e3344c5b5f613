// Made from proto/opentelemetry/proto/common/v1/common.proto by scripts/generate-proto. Not edited by hand.

internal import CProtobufC
internal import CSidecarProto
internal import GRPCLite

/// OpenTelemetry's protocol (OTLP) 1.x, as far as a proxy speaks it: names and numbers are those of the public definition, and
/// what is never sent is left out.
package enum OTLPCommonV1 {}

extension OTLPCommonV1 {
    /// The value of an attribute.
    package struct AnyValue: Equatable, Sendable {
        package enum Value: Equatable, Sendable {
            case stringValue(String)
            case boolValue(Bool)
            case intValue(Int64)
            case doubleValue(Double)
        }

        package var value: Value?

        package init(value: Value? = nil) {
            self.value = value
        }
    }

    /// An attribute.
    package struct KeyValue: Equatable, Sendable {
        package var key: String
        package var value: OTLPCommonV1.AnyValue?

        package init(key: String = "", value: OTLPCommonV1.AnyValue? = nil) {
            self.key = key
            self.value = value
        }
    }

    /// Which part of the code speaks.
    package struct InstrumentationScope: Equatable, Sendable {
        package var name: String
        package var version: String

        package init(name: String = "", version: String = "") {
            self.name = name
            self.version = version
        }
    }

}

extension OTLPCommonV1.AnyValue: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Common__V1__AnyValue>) {
        unsafe opentelemetry__proto__common__v1__any_value__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Common__V1__AnyValue>, in arena: Arena) throws(MessageFailure) {
        switch unsafe c.pointee.value_case.rawValue {
        case 1:
            value = .stringValue(try unsafe arena.string(at: c.pointee.string_value))
        case 2:
            value = .boolValue(unsafe c.pointee.bool_value != 0)
        case 3:
            value = .intValue(unsafe c.pointee.int_value)
        case 4:
            value = .doubleValue(unsafe c.pointee.double_value)
        default:
            value = nil
        }
    }

    func fill(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Common__V1__AnyValue>, in arena: Arena)
        throws(MessageFailure)
    {
        switch value {
        case .stringValue(let value):
            unsafe c.pointee.value_case = .init(rawValue: 1)
            unsafe c.pointee.string_value = try arena.place(value)
        case .boolValue(let value):
            unsafe c.pointee.value_case = .init(rawValue: 2)
            unsafe c.pointee.bool_value = value ? 1 : 0
        case .intValue(let value):
            unsafe c.pointee.value_case = .init(rawValue: 3)
            unsafe c.pointee.int_value = value
        case .doubleValue(let value):
            unsafe c.pointee.value_case = .init(rawValue: 4)
            unsafe c.pointee.double_value = value
        case nil:
            break
        }
    }
}

extension OTLPCommonV1.KeyValue: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Common__V1__KeyValue>) {
        unsafe opentelemetry__proto__common__v1__key_value__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Common__V1__KeyValue>, in arena: Arena) throws(MessageFailure) {
        key = try unsafe arena.string(at: c.pointee.key)
        value = try unsafe arena.message(at: c.pointee.value)
    }

    func fill(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Common__V1__KeyValue>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.key = try arena.place(key)
        unsafe c.pointee.value = try arena.place(value)
    }
}

extension OTLPCommonV1.InstrumentationScope: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Common__V1__InstrumentationScope>) {
        unsafe opentelemetry__proto__common__v1__instrumentation_scope__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Common__V1__InstrumentationScope>, in arena: Arena)
        throws(MessageFailure)
    {
        name = try unsafe arena.string(at: c.pointee.name)
        version = try unsafe arena.string(at: c.pointee.version)
    }

    func fill(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Common__V1__InstrumentationScope>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.name = try arena.place(name)
        unsafe c.pointee.version = try arena.place(version)
    }
}
