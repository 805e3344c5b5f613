// Made from proto/opentelemetry/proto/resource/v1/resource.proto by scripts/generate-proto. Not edited by hand.

internal import CProtobufC
internal import CSidecarProto
internal import GRPCLite

/// OTLP: what produces telemetry.
package enum OTLPResourceV1 {}

extension OTLPResourceV1 {
    /// A process, by its attributes: service.name, service.instance.id and so on.
    package struct Resource: Equatable, Sendable {
        package var attributes: [OTLPCommonV1.KeyValue]

        package init(attributes: [OTLPCommonV1.KeyValue] = []) {
            self.attributes = attributes
        }
    }

}

extension OTLPResourceV1.Resource: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Resource__V1__Resource>) {
        unsafe opentelemetry__proto__resource__v1__resource__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Resource__V1__Resource>, in arena: Arena) throws(MessageFailure)
    {
        attributes = try unsafe arena.messages(at: c.pointee.attributes, count: c.pointee.n_attributes)
    }

    func fill(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Resource__V1__Resource>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.n_attributes = attributes.count
        unsafe c.pointee.attributes = try arena.place(attributes)
    }
}
