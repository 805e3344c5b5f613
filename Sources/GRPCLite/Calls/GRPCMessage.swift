/// A message of a call: a value that knows its own bytes. The generated types of `SidecarAPI` conform.
package protocol GRPCMessage: Sendable {
    /// - Throws: when the bytes are not this message; the call then ends with `INTERNAL`.
    init(serializedBytes: [UInt8]) throws

    /// The message without gRPC's five-byte prefix.
    func serializedBytes() throws -> [UInt8]
}

extension GRPCMessage {
    /// Decodes what a peer sent. A message may give a status of its own (too large when unpacked: `RESOURCE_EXHAUSTED`);
    /// any other reason stays out of the status, since it may quote the bytes.
    static func decoded(from bytes: [UInt8]) throws(GRPCStatus) -> Self {
        do {
            return try Self(serializedBytes: bytes)
        } catch let status as GRPCStatus {
            throw status
        } catch {
            throw GRPCStatus(.internalError, "message cannot be decoded as \(Self.self)")
        }
    }

    func encoded() throws(GRPCStatus) -> [UInt8] {
        do {
            return try serializedBytes()
        } catch {
            throw GRPCStatus(.internalError, "message of type \(Self.self) cannot be encoded")
        }
    }
}
