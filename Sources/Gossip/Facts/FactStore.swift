/// What everybody knows about endpoints, merged by version: whatever order, and however often, it arrives in.
///
/// Equal versions merge by rank (ended above unreachable above running), and equal ranks that say two things by their
/// hash, so that everybody settles on the same one. Over its limit the oldest facts shrink to floors, which go on
/// refusing what they have seen; over theirs the oldest floors are forgotten.
struct FactStore: Sendable {
    enum Merged: Equatable {
        /// New here.
        case fresh
        /// Known, but only as a floor: the content is back. Nobody else needs to hear it.
        case refilled
        case known
        case stale
    }

    private struct Record: Sendable {
        /// `nil` for a floor.
        var fact: Fact?
        var version: FactVersion
        var rank: UInt8
        var state: UInt64
        /// Which of its tickets in the queue of eviction counts.
        var stamp: UInt64

        var order: (FactVersion, UInt8, UInt64) { (version, rank, state) }
    }

    private struct Ticket: Sendable {
        var key: UInt64
        var stamp: UInt64
    }

    private let hash: KeyedHash
    private let factLimit: Int
    private let floorLimit: Int
    private var records: [UInt64: Record] = [:]
    /// Keys by bucket. The order is that of arrival, less what has been removed: the same for the same inputs.
    private var buckets = [[UInt64]](repeating: [], count: StateDigest.bucketCount)
    private var wholeTickets = Fifo<Ticket>()
    private var floorTickets = Fifo<Ticket>()
    private var stamp: UInt64 = 0

    private(set) var factCount = 0
    private(set) var floorCount = 0
    private(set) var tieCount: UInt64 = 0
    private(set) var evictedCount: UInt64 = 0
    private(set) var forgottenCount: UInt64 = 0

    init(hash: KeyedHash, factLimit: Int, floorLimit: Int) {
        self.hash = hash
        self.factLimit = max(1, factLimit)
        self.floorLimit = max(1, floorLimit)
    }

    // MARK: - Looking

    func endpoint(_ name: EndpointName) -> EndpointFact? {
        guard case .endpoint(let fact)? = records[key(endpoint: name)]?.fact else { return nil }
        return fact
    }

    func secretsRevision(of name: EndpointName) -> UInt64? { records[key(secrets: name)]?.version.generation }

    func lines(inBucket bucket: Int) -> [RepairLine] {
        buckets[bucket].compactMap { key in records[key].map { RepairLine(key: key, state: $0.state) } }
    }

    func entry(of key: UInt64) -> RepairEntry? {
        guard let record = records[key] else { return nil }
        if let fact = record.fact { return .fact(fact) }
        return .floor(FactFloor(key: key, version: record.version, rank: record.rank, state: record.state))
    }

    /// The subject that a fact is about; what its slot in the spread is named by.
    func key(of fact: Fact) -> UInt64 {
        switch fact {
        case .endpoint(let fact): key(endpoint: fact.endpoint)
        case .secrets(let fact): key(secrets: fact.endpoint)
        }
    }

    // MARK: - Merging

    mutating func merge(_ fact: Fact, settlingAt due: GossipInstant, into digest: inout StateDigest) -> Merged {
        let key = key(of: fact)
        let (version, rank, content) = Self.order(of: fact, hash)
        let state = hash.hash(key, version.generation, version.sequence, UInt64(rank) << 62 | content >> 2)
        let record = Record(fact: fact, version: version, rank: rank, state: state, stamp: 0)
        return merge(record, key: key, settlingAt: due, into: &digest)
    }

    mutating func merge(_ floor: FactFloor, settlingAt due: GossipInstant, into digest: inout StateDigest) -> Merged {
        let record = Record(fact: nil, version: floor.version, rank: floor.rank, state: floor.state, stamp: 0)
        return merge(record, key: floor.key, settlingAt: due, into: &digest)
    }

    private mutating func merge(
        _ new: Record, key: UInt64, settlingAt due: GossipInstant, into digest: inout StateDigest
    ) -> Merged {
        var new = new
        stamp += 1
        new.stamp = stamp
        if let old = records[key] {
            if new.state == old.state { return refill(old, from: new, key: key, digest: &digest) }
            if new.version == old.version, new.rank == old.rank { tieCount += 1 }
            guard new.order > old.order else { return .stale }
            count(old, by: -1)
            digest.change(key: key, from: old.state, to: new.state, settlingAt: due)
        } else {
            buckets[StateDigest.bucket(of: key)].append(key)
            digest.change(key: key, from: 0, to: new.state, settlingAt: due)
        }
        put(new, for: key, digest: &digest)
        return .fresh
    }

    private mutating func refill(
        _ old: Record, from new: Record, key: UInt64, digest: inout StateDigest
    ) -> Merged {
        guard old.fact == nil, new.fact != nil else { return .known }
        count(old, by: -1)
        put(new, for: key, digest: &digest)
        return .refilled
    }

    private mutating func put(_ record: Record, for key: UInt64, digest: inout StateDigest) {
        records[key] = record
        count(record, by: 1)
        let ticket = Ticket(key: key, stamp: record.stamp)
        if record.fact == nil { floorTickets.append(ticket) } else { wholeTickets.append(ticket) }
        evict(digest: &digest)
    }

    private mutating func count(_ record: Record, by step: Int) {
        if record.fact == nil { floorCount += step } else { factCount += step }
    }

    // MARK: - Limits

    private mutating func evict(digest: inout StateDigest) {
        while factCount > factLimit, let ticket = wholeTickets.popFirst() {
            guard var record = records[ticket.key], record.stamp == ticket.stamp, record.fact != nil else { continue }
            count(record, by: -1)
            record.fact = nil
            records[ticket.key] = record
            count(record, by: 1)
            floorTickets.append(ticket)
            evictedCount += 1
        }
        while floorCount > floorLimit, let ticket = floorTickets.popFirst() {
            guard let record = records[ticket.key], record.stamp == ticket.stamp, record.fact == nil else { continue }
            forget(record, key: ticket.key, digest: &digest)
        }
        // Superseded tickets would otherwise pile up behind one old fact that stays.
        if wholeTickets.count > 4 * factLimit + 1024 { wholeTickets = current(wholeTickets, ofFloors: false) }
        if floorTickets.count > 4 * floorLimit + 1024 { floorTickets = current(floorTickets, ofFloors: true) }
    }

    private mutating func forget(_ record: Record, key: UInt64, digest: inout StateDigest) {
        records[key] = nil
        count(record, by: -1)
        buckets[StateDigest.bucket(of: key)].removeAll { $0 == key }
        digest.change(key: key, from: record.state, to: 0, settlingAt: GossipInstant(nanoseconds: 0))
        forgottenCount += 1
    }

    private func current(_ tickets: Fifo<Ticket>, ofFloors: Bool) -> Fifo<Ticket> {
        var rest = tickets
        var kept = Fifo<Ticket>()
        while let ticket = rest.popFirst() {
            guard let record = records[ticket.key], record.stamp == ticket.stamp else { continue }
            if (record.fact == nil) == ofFloors { kept.append(ticket) }
        }
        return kept
    }

    // MARK: - Hashes

    private func key(endpoint name: EndpointName) -> UInt64 { hash.hash([UInt8(ascii: "e")] + Array(name.text.utf8)) }
    private func key(secrets name: EndpointName) -> UInt64 { hash.hash([UInt8(ascii: "s")] + Array(name.text.utf8)) }

    /// Version, rank inside the version, and a hash of the content for those of one rank.
    private static func order(of fact: Fact, _ hash: KeyedHash) -> (FactVersion, UInt8, UInt64) {
        switch fact {
        case .secrets(let fact): return (FactVersion(generation: fact.revision, sequence: 0), 0, 0)
        case .endpoint(let fact):
            switch fact.phase {
            case .running(let place):
                var writer = WireWriter()
                writer.text(place.address)
                writer.text(place.serverName)
                writer.text(place.computeID)
                writer.text(place.agentAddress)
                return (fact.version, 0, hash.hash(writer.bytes))
            case .unreachable: return (fact.version, 1, 0)
            case .ended: return (fact.version, 2, 0)
            }
        }
    }
}
