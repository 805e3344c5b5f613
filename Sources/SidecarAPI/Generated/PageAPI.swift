// Made from proto/page_api/page_service.proto by scripts/generate-proto. Not edited by hand.

internal import CProtobufC
internal import CSidecarProto
internal import GRPCLite

/// What a pageserver answers: the part that an agent asks for. The names and numbers are the pageserver's own; what it has
/// beside them is left out. Every call carries the metadata neon-tenant-id, neon-timeline-id, neon-shard-id, and with a
/// token authorization.
package enum PageAPI {}

extension PageAPI {
    /// How the archive is packed.
    package enum BaseBackupCompression: RawRepresentable, Hashable, Sendable {
        case unknown
        case none
        case gzip
        /// A number that this version has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unknown
            case 1: self = .none
            case 2: self = .gzip
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unknown: 0
            case .none: 1
            case .gzip: 2
            case .unrecognized(let rawValue): rawValue
            }
        }
    }

    /// Answered once the LSN has been ingested.
    package struct GetBaseBackupRequest: Equatable, Sendable {
        /// 0: the newest there is.
        package var lsn: UInt64
        /// For a compute that does not write: leaves out what belongs to the primary.
        package var replica: Bool
        /// With all relations.
        package var full: Bool
        package var compression: PageAPI.BaseBackupCompression

        package init(
            lsn: UInt64 = 0, replica: Bool = false, full: Bool = false,
            compression: PageAPI.BaseBackupCompression = .unknown
        ) {
            self.lsn = lsn
            self.replica = replica
            self.full = full
            self.compression = compression
        }
    }

    /// The next bytes of the archive.
    package struct GetBaseBackupResponseChunk: Equatable, Sendable {
        package var chunk: [UInt8]

        package init(chunk: [UInt8] = []) {
            self.chunk = chunk
        }
    }

    /// From a compute that reads at one LSN for ever.
    package struct LeaseLsnRequest: Equatable, Sendable {
        package var lsn: UInt64

        package init(lsn: UInt64 = 0) {
            self.lsn = lsn
        }
    }

    /// Granted.
    package struct LeaseLsnResponse: Equatable, Sendable {
        /// When it ends, unless it is renewed.
        package var expires: PageAPI.Timestamp?

        package init(expires: PageAPI.Timestamp? = nil) {
            self.expires = expires
        }
    }

    /// Since 1970, UTC; on the wire the same as google.protobuf.Timestamp.
    package struct Timestamp: Equatable, Sendable {
        package var seconds: Int64
        package var nanos: Int32

        package init(seconds: Int64 = 0, nanos: Int32 = 0) {
            self.seconds = seconds
            self.nanos = nanos
        }
    }

}

extension PageAPI.GetBaseBackupRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<PageApi__GetBaseBackupRequest>) {
        unsafe page_api__get_base_backup_request__init(c)
    }

    init(copying c: UnsafePointer<PageApi__GetBaseBackupRequest>, in arena: Arena) throws(MessageFailure) {
        lsn = unsafe c.pointee.lsn
        replica = unsafe c.pointee.replica != 0
        full = unsafe c.pointee.full != 0
        compression = unsafe PageAPI.BaseBackupCompression(rawValue: Int32(bitPattern: c.pointee.compression.rawValue))
    }

    func fill(_ c: UnsafeMutablePointer<PageApi__GetBaseBackupRequest>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.lsn = lsn
        unsafe c.pointee.replica = replica ? 1 : 0
        unsafe c.pointee.full = full ? 1 : 0
        unsafe c.pointee.compression = PageApi__BaseBackupCompression(
            rawValue: UInt32(bitPattern: compression.rawValue))
    }
}

extension PageAPI.GetBaseBackupResponseChunk: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<PageApi__GetBaseBackupResponseChunk>) {
        unsafe page_api__get_base_backup_response_chunk__init(c)
    }

    init(copying c: UnsafePointer<PageApi__GetBaseBackupResponseChunk>, in arena: Arena) throws(MessageFailure) {
        chunk = unsafe arena.blob(at: c.pointee.chunk)
    }

    func fill(_ c: UnsafeMutablePointer<PageApi__GetBaseBackupResponseChunk>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.chunk = try arena.place(chunk)
    }
}

extension PageAPI.LeaseLsnRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<PageApi__LeaseLsnRequest>) {
        unsafe page_api__lease_lsn_request__init(c)
    }

    init(copying c: UnsafePointer<PageApi__LeaseLsnRequest>, in arena: Arena) throws(MessageFailure) {
        lsn = unsafe c.pointee.lsn
    }

    func fill(_ c: UnsafeMutablePointer<PageApi__LeaseLsnRequest>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.lsn = lsn
    }
}

extension PageAPI.LeaseLsnResponse: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<PageApi__LeaseLsnResponse>) {
        unsafe page_api__lease_lsn_response__init(c)
    }

    init(copying c: UnsafePointer<PageApi__LeaseLsnResponse>, in arena: Arena) throws(MessageFailure) {
        expires = try unsafe arena.message(at: c.pointee.expires)
    }

    func fill(_ c: UnsafeMutablePointer<PageApi__LeaseLsnResponse>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.expires = try arena.place(expires)
    }
}

extension PageAPI.Timestamp: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<PageApi__Timestamp>) {
        unsafe page_api__timestamp__init(c)
    }

    init(copying c: UnsafePointer<PageApi__Timestamp>, in arena: Arena) throws(MessageFailure) {
        seconds = unsafe c.pointee.seconds
        nanos = unsafe c.pointee.nanos
    }

    func fill(_ c: UnsafeMutablePointer<PageApi__Timestamp>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.seconds = seconds
        unsafe c.pointee.nanos = nanos
    }
}
