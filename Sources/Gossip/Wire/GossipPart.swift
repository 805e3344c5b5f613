/// One message inside a datagram. A datagram is a row of parts; no part holds parts.
enum GossipPart: Equatable, Sendable {
    /// - target: so that a new owner of the address does not answer for the old one.
    /// - round: which place of the shared list the pinger is at.
    /// - root: the hash of all settled state, as on every ack.
    case ping(sequence: UInt32, target: ProcessID, round: UInt32, root: UInt64)
    case ack(sequence: UInt32, root: UInt64)
    /// Probe this member for me and answer, with ``nack(sequence:)`` after `patience` milliseconds.
    case pingRequest(sequence: UInt32, target: ProcessID, patience: UInt64)
    /// I heard you; it does not answer me either (Lifeguard §IV-A).
    case nack(sequence: UInt32)
    /// It answered me.
    case vouch(sequence: UInt32)
    /// First contact; answered with ``welcome(_:)``.
    case hello(MemberCard)
    case welcome(MemberCard)
    /// Your datagrams are sealed with our key, but nobody has told me who you are.
    case whoAreYou
    /// A process of your name that is gone had this epoch: yours must be later.
    case predecessor(epoch: UInt64)
    /// - age: milliseconds since it was published, summed up over the hops.
    case news(age: UInt64, body: ArraySlice<UInt8>)
    /// The same, from whoever published it, who tells every member himself: nobody passes it on.
    case newsToAll(age: UInt64, body: ArraySlice<UInt8>)
    case announce([UInt64])
    case pull([UInt64])

    /// Of parts in one datagram, and of ids in one part.
    static let countLimit = 512
    static let idLimit = 256
    private static let bodyLimit = 2048

    /// Kinds from here on carry a length, so that those who do not know them can step over.
    private static let skippable: UInt8 = 0x80

    private enum Kind {
        static let ping: UInt8 = 1
        static let ack: UInt8 = 2
        static let pingRequest: UInt8 = 3
        static let nack: UInt8 = 4
        static let vouch: UInt8 = 5
        static let hello: UInt8 = 6
        static let welcome: UInt8 = 7
        static let whoAreYou: UInt8 = 8
        static let predecessor: UInt8 = 9
        static let news: UInt8 = 10
        static let announce: UInt8 = 11
        static let pull: UInt8 = 12
        static let newsToAll: UInt8 = 13
    }

    func write(to writer: inout WireWriter) {
        switch self {
        case .ping(let sequence, let target, let round, let root):
            writer.byte(Kind.ping)
            writer.u32(sequence)
            writer.u64(target.bits)
            writer.u32(round)
            writer.u64(root)
        case .ack(let sequence, let root):
            writer.byte(Kind.ack)
            writer.u32(sequence)
            writer.u64(root)
        case .pingRequest(let sequence, let target, let patience):
            writer.byte(Kind.pingRequest)
            writer.u32(sequence)
            writer.u64(target.bits)
            writer.varint(patience)
        case .nack(let sequence):
            writer.byte(Kind.nack)
            writer.u32(sequence)
        case .vouch(let sequence):
            writer.byte(Kind.vouch)
            writer.u32(sequence)
        case .hello(let card):
            writer.byte(Kind.hello)
            card.write(to: &writer)
        case .welcome(let card):
            writer.byte(Kind.welcome)
            card.write(to: &writer)
        case .whoAreYou:
            writer.byte(Kind.whoAreYou)
        case .predecessor(let epoch):
            writer.byte(Kind.predecessor)
            writer.varint(epoch)
        case .news(let age, let body):
            writer.byte(Kind.news)
            writer.varint(age)
            writer.varint(UInt64(body.count))
            writer.bytes += body
        case .newsToAll(let age, let body):
            writer.byte(Kind.newsToAll)
            writer.varint(age)
            writer.varint(UInt64(body.count))
            writer.bytes += body
        case .announce(let ids):
            writer.byte(Kind.announce)
            Self.write(ids, to: &writer)
        case .pull(let ids):
            writer.byte(Kind.pull)
            Self.write(ids, to: &writer)
        }
    }

    /// - Returns: `nil` for a part of a later version that has been stepped over.
    static func read(from reader: inout WireReader) throws(MalformedGossip) -> GossipPart? {
        let kind = try reader.byte()
        switch kind {
        case Kind.ping:
            return .ping(
                sequence: try reader.u32(), target: ProcessID(bits: try reader.u64()), round: try reader.u32(),
                root: try reader.u64())
        case Kind.ack: return .ack(sequence: try reader.u32(), root: try reader.u64())
        case Kind.pingRequest:
            return .pingRequest(
                sequence: try reader.u32(), target: ProcessID(bits: try reader.u64()), patience: try reader.varint())
        case Kind.nack: return .nack(sequence: try reader.u32())
        case Kind.vouch: return .vouch(sequence: try reader.u32())
        case Kind.hello: return .hello(try MemberCard(from: &reader))
        case Kind.welcome: return .welcome(try MemberCard(from: &reader))
        case Kind.whoAreYou: return .whoAreYou
        case Kind.predecessor: return .predecessor(epoch: try reader.varint())
        case Kind.news: return .news(age: try reader.varint(), body: try reader.blob(limit: bodyLimit))
        case Kind.newsToAll: return .newsToAll(age: try reader.varint(), body: try reader.blob(limit: bodyLimit))
        case Kind.announce: return .announce(try readIDs(from: &reader))
        case Kind.pull: return .pull(try readIDs(from: &reader))
        case skippable...:
            _ = try reader.blob(limit: bodyLimit)
            return nil
        default: throw .unknownPart(kind)
        }
    }

    private static func write(_ ids: [UInt64], to writer: inout WireWriter) {
        writer.varint(UInt64(ids.count))
        for id in ids { writer.u64(id) }
    }

    private static func readIDs(from reader: inout WireReader) throws(MalformedGossip) -> [UInt64] {
        var ids: [UInt64] = []
        for _ in 0..<(try reader.count(limit: idLimit, size: 8)) { ids.append(try reader.u64()) }
        return ids
    }
}
