package import NIOCore

/// What a client may send before it is known: `UInt32` length (counting itself), `UInt32` code, and what the code asks
/// for. PostgreSQL, “Message Formats”: StartupMessage, SSLRequest, GSSENCRequest, CancelRequest.
package enum StartupPacket: Equatable, Sendable {
    case sslRequest
    case gssEncryptionRequest
    case cancel(CancelRequest)
    case startup(StartupMessage)

    /// What the length word may say: at least itself and a code, at most PostgreSQL's own limit of 10,000 bytes
    /// behind it.
    package static let lengths = 8...10_004

    package enum Malformed: Error, Equatable {
        case length(UInt32)
        /// A request without a body that has one.
        case requestWithBody
        case cancelKey
        case unsupportedVersion(ProtocolVersion)
        case parameters(StartupParameters.Malformed)
    }

    /// - Returns: `nil`, with the buffer untouched, while the packet is not whole.
    package static func read(from buffer: inout ByteBuffer) throws(Malformed) -> StartupPacket? {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return nil }
        guard let wanted = Int(exactly: length), lengths.contains(wanted) else { throw .length(length) }
        guard var packet = buffer.getSlice(at: buffer.readerIndex, length: wanted) else { return nil }
        buffer.moveReaderIndex(forwardBy: wanted)
        packet.moveReaderIndex(forwardBy: 4)
        return try decode(&packet)
    }

    private static func decode(_ packet: inout ByteBuffer) throws(Malformed) -> StartupPacket {
        switch packet.readInteger(as: UInt32.self) {
        case StartupCode.sslRequest:
            guard packet.readableBytes == 0 else { throw .requestWithBody }
            return .sslRequest
        case StartupCode.gssEncryptionRequest:
            guard packet.readableBytes == 0 else { throw .requestWithBody }
            return .gssEncryptionRequest
        case StartupCode.cancelRequest:
            guard let key = CancelKey(decoding: packet) else { throw .cancelKey }
            return .cancel(CancelRequest(key: key))
        case let code:
            let version = ProtocolVersion(number: code ?? 0)
            guard version.major == 3 else { throw .unsupportedVersion(version) }
            do throws(StartupParameters.Malformed) {
                return .startup(StartupMessage(version: version, parameters: try StartupParameters(decoding: packet)))
            } catch {
                throw .parameters(error)
            }
        }
    }
}
