package import NIOCore

/// The version a client asks for and what it wants set.
package struct StartupMessage: Equatable, Sendable {
    package var version: ProtocolVersion
    package var parameters: StartupParameters

    package init(version: ProtocolVersion, parameters: StartupParameters) {
        self.version = version
        self.parameters = parameters
    }

    /// The newest version that both sides speak.
    package var agreedVersion: ProtocolVersion {
        // No 3.1 was ever made: some servers and clients took it for what became 3.2.
        version == .v3_1 ? .v3_0 : min(version, .v3_2)
    }

    /// What to answer before anything else, exactly once; `nil` when the client asked for nothing that we lack.
    /// We understand no `_pq_.` parameter.
    package var negotiation: NegotiateProtocolVersion? {
        let unknown = parameters.protocolExtensions
        guard version > agreedVersion || !unknown.isEmpty else { return nil }
        return NegotiateProtocolVersion(version: agreedVersion, unknownParameters: unknown)
    }

    package func encoded() -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeInteger(UInt32(0))
        buffer.writeInteger(version.number)
        parameters.encode(into: &buffer)
        buffer.setInteger(UInt32(clamping: buffer.readableBytes), at: buffer.readerIndex)
        return buffer
    }
}
