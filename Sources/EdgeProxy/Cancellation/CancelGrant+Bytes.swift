internal import Gossip
internal import NIOCore
internal import PostgresWire
internal import Transport

/// A grant inside a token: `UInt64` generation, `UInt64` sequence, `UInt16` port, then host, server name (none: empty)
/// and endpoint, each behind a byte that counts it, then `Int32` and secret of the compute's key to the end. A host that
/// is an address in numbers has its 4 or 16 bytes behind the mark 0xFF, so that most tokens stay short.
extension CancelGrant {
    private static let addressMark: UInt8 = 0xFF
    private static let nameLimit = Int(addressMark) - 1

    /// - Returns: `false`, with some bytes written, for a name that is too long to be told.
    func encode(into buffer: inout ByteBuffer) -> Bool {
        guard let port = UInt16(exactly: target.port) else { return false }
        buffer.writeMultipleIntegers(version.generation, version.sequence, port)
        if let address = IPAddress(target.host), address.description == target.host {
            buffer.writeInteger(Self.addressMark)
            Self.write(address.bytes, into: &buffer)
        } else {
            guard (1...Self.nameLimit).contains(target.host.utf8.count) else { return false }
            Self.write(Array(target.host.utf8), into: &buffer)
        }
        let serverName = target.serverName ?? ""
        guard serverName.utf8.count <= Self.nameLimit else { return false }
        Self.write(Array(serverName.utf8), into: &buffer)
        Self.write(Array(endpoint.text.utf8), into: &buffer)
        buffer.writeInteger(computeKey.processID)
        buffer.writeBytes(computeKey.secret)
        return true
    }

    /// - Returns: `nil` for anything that is not a whole grant.
    init?(decoding buffer: inout ByteBuffer) {
        guard
            let (generation, sequence, port) = buffer.readMultipleIntegers(as: (UInt64, UInt64, UInt16).self),
            let host = Self.readHost(from: &buffer), let serverName = Self.readText(from: &buffer),
            let endpoint = Self.readText(from: &buffer).flatMap({ EndpointName($0) }),
            let processID = buffer.readInteger(as: Int32.self),
            let key = CancelKey(processID: processID, secret: Array(buffer.readableBytesView))
        else { return nil }
        buffer.moveReaderIndex(to: buffer.writerIndex)
        self.init(
            endpoint: endpoint, version: FactVersion(generation: generation, sequence: sequence),
            target: PostgresUpstream.Target(
                host: host, port: Int(port), serverName: serverName.isEmpty ? nil : serverName), computeKey: key)
    }

    private static func readHost(from buffer: inout ByteBuffer) -> String? {
        guard buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) == addressMark else {
            return readText(from: &buffer).flatMap { $0.isEmpty ? nil : $0 }
        }
        buffer.moveReaderIndex(forwardBy: 1)
        return readBytes(from: &buffer).flatMap { IPAddress(bytes: $0) }?.description
    }

    private static func write(_ bytes: [UInt8], into buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt8(clamping: bytes.count))
        buffer.writeBytes(bytes)
    }

    private static func readBytes(from buffer: inout ByteBuffer) -> [UInt8]? {
        buffer.readInteger(as: UInt8.self).flatMap { buffer.readBytes(length: Int($0)) }
    }

    private static func readText(from buffer: inout ByteBuffer) -> String? {
        readBytes(from: &buffer).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
