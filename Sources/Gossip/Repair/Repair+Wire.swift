/// The encoding of repair steps: what the peer service carries as opaque bytes.
extension RepairQuestion {
    static let groupCount = StateDigest.groupCount

    package var encoded: [UInt8] {
        var writer = WireWriter()
        switch self {
        case .everything(let bucket):
            writer.byte(1)
            writer.u16(bucket)
        case .groups(let hashes):
            writer.byte(2)
            writer.varint(UInt64(hashes.count))
            for hash in hashes { writer.u64(hash) }
        case .buckets(let buckets, let lines):
            writer.byte(3)
            writer.varint(UInt64(buckets.count))
            for bucket in buckets { writer.u16(bucket) }
            writer.varint(UInt64(lines.count))
            for line in lines {
                writer.u64(line.key)
                writer.u64(line.state)
            }
        case .entries(let entries):
            writer.byte(4)
            RepairEntry.write(entries, to: &writer)
        }
        return writer.bytes
    }

    /// - Parameter limit: bytes, as ``GossipConfiguration/repairByteLimit`` and some slack.
    package init(decoding bytes: [UInt8], limit: Int = RepairEntry.wireLimit) throws(MalformedGossip) {
        guard bytes.count <= limit else { throw .tooLarge(bytes.count, limit: limit) }
        var reader = WireReader(bytes[...])
        let code = try reader.byte()
        switch code {
        case 1: self = .everything(fromBucket: try reader.u16())
        case 2:
            var hashes: [UInt64] = []
            for _ in 0..<(try reader.count(limit: Self.groupCount, size: 8)) { hashes.append(try reader.u64()) }
            self = .groups(hashes)
        case 3:
            var buckets: [UInt16] = []
            for _ in 0..<(try reader.count(limit: StateDigest.bucketCount, size: 2)) {
                buckets.append(try reader.u16())
            }
            var lines: [RepairLine] = []
            for _ in 0..<(try reader.count(limit: limit / 16, size: 16)) {
                lines.append(RepairLine(key: try reader.u64(), state: try reader.u64()))
            }
            self = .buckets(buckets, lines)
        case 4: self = .entries(try RepairEntry.read(from: &reader, limit: limit))
        default: throw .unknownPart(code)
        }
        try reader.end()
    }
}

extension RepairAnswer {
    package var encoded: [UInt8] {
        var writer = WireWriter()
        switch self {
        case .page(let entries, let next):
            writer.byte(1)
            writer.varint(next.map { UInt64($0) + 1 } ?? 0)
            RepairEntry.write(entries, to: &writer)
        case .differing(let buckets):
            writer.byte(2)
            writer.varint(UInt64(buckets.count))
            for bucket in buckets { writer.u16(bucket) }
        case .entries(let entries, let wanted, let isComplete):
            writer.byte(3)
            writer.byte(isComplete ? 1 : 0)
            writer.varint(UInt64(wanted.count))
            for key in wanted { writer.u64(key) }
            RepairEntry.write(entries, to: &writer)
        case .taken: writer.byte(4)
        }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8], limit: Int = RepairEntry.wireLimit) throws(MalformedGossip) {
        guard bytes.count <= limit else { throw .tooLarge(bytes.count, limit: limit) }
        var reader = WireReader(bytes[...])
        let code = try reader.byte()
        switch code {
        case 1:
            let next = try reader.varint()
            guard next <= UInt64(StateDigest.bucketCount) else {
                throw .tooLarge(Int(clamping: next), limit: StateDigest.bucketCount)
            }
            let entries = try RepairEntry.read(from: &reader, limit: limit)
            self = .page(entries, nextBucket: next == 0 ? nil : UInt16(next - 1))
        case 2:
            var buckets: [UInt16] = []
            for _ in 0..<(try reader.count(limit: StateDigest.bucketCount, size: 2)) {
                buckets.append(try reader.u16())
            }
            self = .differing(buckets)
        case 3:
            let isComplete = try reader.byte() == 1
            var wanted: [UInt64] = []
            for _ in 0..<(try reader.count(limit: limit / 8, size: 8)) { wanted.append(try reader.u64()) }
            let entries = try RepairEntry.read(from: &reader, limit: limit)
            self = .entries(entries, wanted: wanted, isComplete: isComplete)
        case 4: self = .taken
        default: throw .unknownPart(code)
        }
        try reader.end()
    }
}

extension RepairEntry {
    /// The largest step accepted: four times what one is built to.
    package static let wireLimit = 1 << 20

    static func write(_ entries: [RepairEntry], to writer: inout WireWriter) {
        writer.varint(UInt64(entries.count))
        for entry in entries { entry.write(to: &writer) }
    }

    static func read(from reader: inout WireReader, limit: Int) throws(MalformedGossip) -> [RepairEntry] {
        var entries: [RepairEntry] = []
        for _ in 0..<(try reader.count(limit: limit / 4, size: 4)) { entries.append(try RepairEntry(from: &reader)) }
        return entries
    }

    func write(to writer: inout WireWriter) {
        switch self {
        case .fact(let fact):
            writer.byte(1)
            fact.write(to: &writer)
        case .floor(let floor):
            writer.byte(2)
            writer.u64(floor.key)
            writer.varint(floor.version.generation)
            writer.varint(floor.version.sequence)
            writer.byte(floor.rank)
            writer.u64(floor.state)
        case .member(let card, let health):
            writer.byte(3)
            writer.byte(health.rawValue)
            card.write(to: &writer)
        }
    }

    private init(from reader: inout WireReader) throws(MalformedGossip) {
        let code = try reader.byte()
        switch code {
        case 1: self = .fact(try Fact(from: &reader))
        case 2:
            self = .floor(
                FactFloor(
                    key: try reader.u64(),
                    version: FactVersion(generation: try reader.varint(), sequence: try reader.varint()),
                    rank: try reader.byte(), state: try reader.u64()))
        case 3:
            let health = try reader.byte()
            guard let health = MemberHealth(rawValue: health) else { throw .badHealth(health) }
            self = .member(try MemberCard(from: &reader), health)
        default: throw .unknownPart(code)
        }
    }

    /// Roughly what it takes on the wire.
    var size: Int {
        switch self {
        case .fact(.endpoint(let fact)):
            switch fact.phase {
            case .running(let place):
                16 + fact.endpoint.text.utf8.count + place.address.utf8.count + place.serverName.utf8.count
                    + place.computeID.utf8.count + place.agentAddress.utf8.count
            case .unreachable, .ended: 24 + fact.endpoint.text.utf8.count
            }
        case .fact(.secrets(let fact)): 12 + fact.endpoint.text.utf8.count
        case .floor: 32
        case .member(let card, _): 48 + card.name.name.utf8.count + card.grpc.utf8.count
        }
    }
}
