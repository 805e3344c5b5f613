internal import CProtobufC
internal import GRPCLite

/// A generated message, and the C struct that protobuf-c packs it from and unpacks it to.
///
/// No message of ours is recursive (the generator refuses it), so the depth of a call into C is bounded by `proto/`.
protocol CMessage: GRPCMessage {
    associatedtype CStruct

    /// Gives every field its default, and the struct its descriptor: what `x__init` of the generated C does.
    static func initialize(_ c: UnsafeMutablePointer<CStruct>)

    /// Copies everything out of C. Fields that we do not know are dropped: they must not pass through us to a third.
    init(copying c: UnsafePointer<CStruct>, in arena: Arena) throws(MessageFailure)

    /// Writes every field to a struct that `initialize` prepared.
    func fill(_ c: UnsafeMutablePointer<CStruct>, in arena: Arena) throws(MessageFailure)
}

extension CMessage {
    /// - Throws: `GRPCStatus`, fit for the other side of the call.
    static func decoded(from bytes: [UInt8]) throws(GRPCStatus) -> Self {
        let arena = Arena(limit: Arena.limit(forMessageOf: bytes.count))
        do throws(MessageFailure) {
            let descriptor = unsafe base(of: try arena.room(for: Self.self)).pointee.descriptor
            let unpacked = unsafe arena.asAllocator { allocator in
                unsafe bytes.withUnsafeBufferPointer { bytes in
                    unsafe protobuf_c_message_unpack(descriptor, allocator, bytes.count, bytes.baseAddress)
                }
            }
            guard let unpacked = unsafe unpacked else {
                throw arena.isExhausted ? .tooLarge(byteLimit: arena.limit) : .malformed
            }
            return try unsafe Self(copying: UnsafeRawPointer(unpacked).assumingMemoryBound(to: CStruct.self), in: arena)
        } catch {
            throw error.status
        }
    }

    /// - Throws: `GRPCStatus`.
    func encoded() throws(GRPCStatus) -> [UInt8] {
        let arena = Arena()
        do throws(MessageFailure) {
            let c = try unsafe arena.room(for: Self.self)
            try unsafe fill(c, in: arena)
            let base = unsafe Self.base(of: c)
            return unsafe [UInt8](unsafeUninitializedCapacity: protobuf_c_message_get_packed_size(base)) {
                bytes, count in
                count = unsafe protobuf_c_message_pack(base, bytes.baseAddress)
            }
        } catch {
            throw error.status
        }
    }

    /// What every message of protobuf-c begins with.
    private static func base(of c: UnsafeMutablePointer<CStruct>) -> UnsafeMutablePointer<ProtobufCMessage> {
        unsafe UnsafeMutableRawPointer(c).assumingMemoryBound(to: ProtobufCMessage.self)
    }
}
