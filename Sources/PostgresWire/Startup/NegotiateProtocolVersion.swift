package import NIOCore

/// “Older than you asked, and these I do not know.” Tag `v`; version (the full number), count, names.
package struct NegotiateProtocolVersion: Equatable, Sendable {
    package static let tag = UInt8(ascii: "v")
    package var version: ProtocolVersion
    /// Names that begin with `_pq_.`, as the client wrote them.
    package var unknownParameters: [[UInt8]]

    package init(version: ProtocolVersion, unknownParameters: [[UInt8]]) {
        self.version = version
        self.unknownParameters = unknownParameters
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeFrame(tag: Self.tag) {
            $0.writeInteger(version.number)
            $0.writeInteger(UInt32(clamping: unknownParameters.count))
            for name in unknownParameters { $0.writeTerminated(name) }
        }
    }
}
