/// A datagram's plaintext: parts, then the low 32 bits of their keyed hash.
///
/// The seal proves that a datagram came as it was sent. The hash inside proves that nobody's memory flipped a bit
/// before or after: S3 stood still for eight hours in 2008 because such messages were relayed as they were.
struct GossipPacket {
    static let checkSize = 4

    private let budget: Int
    private var writer = WireWriter()

    /// - Parameter budget: bytes of plaintext, the check included.
    init(budget: Int) {
        self.budget = budget - Self.checkSize
    }

    var isEmpty: Bool { writer.bytes.isEmpty }
    var room: Int { budget - writer.bytes.count }

    /// - Returns: whether it fitted. When not, the packet is as before.
    @discardableResult
    mutating func append(_ part: GossipPart) -> Bool {
        let before = writer.bytes.count
        part.write(to: &writer)
        guard writer.bytes.count > budget else { return true }
        writer.bytes.removeLast(writer.bytes.count - before)
        return false
    }

    func sealed(with hash: KeyedHash) -> [UInt8] {
        var whole = writer
        whole.u32(UInt32(truncatingIfNeeded: hash.hash(whole.bytes)))
        return whole.bytes
    }

    /// Nothing or all: the whole datagram is understood before its first part is looked at.
    static func parts(of bytes: [UInt8], hash: KeyedHash, limit: Int) throws(MalformedGossip) -> [GossipPart] {
        guard bytes.count <= limit else { throw .tooLarge(bytes.count, limit: limit) }
        guard bytes.count >= checkSize else { throw .truncated }
        let content = bytes[..<(bytes.count - checkSize)]
        var check = WireReader(bytes[(bytes.count - checkSize)...])
        guard try check.u32() == UInt32(truncatingIfNeeded: hash.hash(content)) else { throw .badCheck }
        return try parts(of: content)
    }

    static func parts(of content: ArraySlice<UInt8>) throws(MalformedGossip) -> [GossipPart] {
        var reader = WireReader(content)
        var parts: [GossipPart] = []
        while !reader.isAtEnd {
            guard parts.count < GossipPart.countLimit else { throw .tooManyParts(limit: GossipPart.countLimit) }
            if let part = try GossipPart.read(from: &reader) { parts.append(part) }
        }
        return parts
    }
}
