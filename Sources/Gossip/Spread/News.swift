/// What one member tells others because it changed something: the payload of the spread.
enum News: Equatable, Sendable {
    case alive(MemberCard)
    case suspect(ProcessID, incarnation: UInt64, accuser: ProcessID)
    /// By whom: the member itself when it leaves.
    case dead(ProcessID, incarnation: UInt64, accuser: ProcessID)
    case fact(Fact)

    private enum Code {
        static let alive: UInt8 = 1
        static let suspect: UInt8 = 2
        static let dead: UInt8 = 3
        static let fact: UInt8 = 4
    }

    var isAboutMember: Bool {
        switch self {
        case .alive, .suspect, .dead: true
        case .fact: false
        }
    }

    /// Whom a body speaks ill of, told without decoding the rest.
    static func accused(in body: ArraySlice<UInt8>) -> ProcessID? {
        var reader = WireReader(body)
        guard let code = try? reader.byte(), code == Code.suspect || code == Code.dead else { return nil }
        return (try? reader.u64()).map { ProcessID(bits: $0) }
    }

    /// Without the age, which changes from hop to hop; the hash of these bytes is the news's id.
    var body: [UInt8] {
        var writer = WireWriter()
        switch self {
        case .alive(let card):
            writer.byte(Code.alive)
            card.write(to: &writer)
        case .suspect(let process, let incarnation, let accuser):
            writer.byte(Code.suspect)
            writer.u64(process.bits)
            writer.varint(incarnation)
            writer.u64(accuser.bits)
        case .dead(let process, let incarnation, let accuser):
            writer.byte(Code.dead)
            writer.u64(process.bits)
            writer.varint(incarnation)
            writer.u64(accuser.bits)
        case .fact(let fact):
            writer.byte(Code.fact)
            fact.write(to: &writer)
        }
        return writer.bytes
    }

    init(body: ArraySlice<UInt8>) throws(MalformedGossip) {
        var reader = WireReader(body)
        let code = try reader.byte()
        switch code {
        case Code.alive: self = .alive(try MemberCard(from: &reader))
        case Code.suspect:
            self = .suspect(
                ProcessID(bits: try reader.u64()), incarnation: try reader.varint(),
                accuser: ProcessID(bits: try reader.u64()))
        case Code.dead:
            self = .dead(
                ProcessID(bits: try reader.u64()), incarnation: try reader.varint(),
                accuser: ProcessID(bits: try reader.u64()))
        case Code.fact: self = .fact(try Fact(from: &reader))
        default: throw .unknownPart(code)
        }
        try reader.end()
    }
}
