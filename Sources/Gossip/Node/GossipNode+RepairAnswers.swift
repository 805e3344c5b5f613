/// Repairs begun by others.
extension GossipNode {
    mutating func answered(_ question: RepairQuestion) -> RepairAnswer {
        count.repairQuestionsAnswered += 1
        switch question {
        case .everything(let bucket): return page(from: Int(bucket))
        case .groups(let hashes): return differing(from: hashes)
        case .buckets(let buckets, let lines): return difference(buckets.map { Int($0) }, lines)
        case .entries(let entries):
            _ = merge(entries, isRelayed: true)
            return .taken
        }
    }

    private mutating func page(from first: Int) -> RepairAnswer {
        guard first < StateDigest.bucketCount else { return .page([], nextBucket: nil) }
        let members = membersByBucket()
        var entries: [RepairEntry] = []
        var bytes = 0
        for bucket in first..<StateDigest.bucketCount {
            let more = facts.lines(inBucket: bucket).compactMap { facts.entry(of: $0.key) } + (members[bucket] ?? [])
            bytes += more.reduce(0) { $0 + $1.size }
            guard bucket == first || bytes <= configuration.repairByteLimit else {
                return .page(entries, nextBucket: UInt16(bucket))
            }
            entries += more
            count.repairEntriesGiven += UInt64(more.count)
        }
        return .page(entries, nextBucket: nil)
    }

    /// The buckets of the groups that differ; as many as a question about them can hold, from a random one on so that
    /// none starves.
    private mutating func differing(from hashes: [UInt64]) -> RepairAnswer {
        guard hashes.count == StateDigest.groupCount else { return .differing([]) }
        let mine = digest.groups
        let start = dice.below(StateDigest.groupCount)
        var buckets: [UInt16] = []
        var lineCount = 0
        for offset in 0..<StateDigest.groupCount {
            let group = (start + offset) % StateDigest.groupCount
            guard mine[group] != hashes[group] else { continue }
            let range = group * StateDigest.bucketsPerGroup..<(group + 1) * StateDigest.bucketsPerGroup
            lineCount += range.reduce(0) { $0 + facts.lines(inBucket: $1).count }
            guard buckets.isEmpty || lineCount * 16 <= configuration.repairByteLimit else { break }
            buckets += range.map { UInt16($0) }
        }
        return .differing(buckets)
    }

    private mutating func difference(_ buckets: [Int], _ lines: [RepairLine]) -> RepairAnswer {
        let asked = Set(buckets.filter { (0..<StateDigest.bucketCount).contains($0) })
        let members = membersByBucket(asked)
        var theirs: [UInt64: UInt64] = [:]
        for line in lines { theirs[line.key] = line.state }
        var entries: [RepairEntry] = []
        var wanted: [UInt64] = []
        var bytes = 0
        for bucket in asked.sorted() {
            for line in facts.lines(inBucket: bucket) {
                let state = theirs.removeValue(forKey: line.key)
                guard state != line.state, let entry = facts.entry(of: line.key) else { continue }
                entries.append(entry)
                bytes += entry.size
                // Only the content says which is newer.
                if state != nil { wanted.append(line.key) }
            }
            for case .member(let card, let health) in members[bucket] ?? [] {
                let key = hash.memberKey(card.process)
                let state = theirs.removeValue(forKey: key)
                // The dead are told of only to those who think otherwise.
                guard health.isLive ? state != hash.memberState(card.process, card.incarnation) : state != nil
                else { continue }
                entries.append(.member(card, health))
                bytes += RepairEntry.member(card, health).size
                if state != nil, health.isLive { wanted.append(key) }
            }
            guard bytes <= configuration.repairByteLimit else {
                return finished(entries, wanted, isComplete: false)
            }
        }
        wanted += lines.map(\.key).filter { theirs[$0] != nil && asked.contains(StateDigest.bucket(of: $0)) }
        return finished(entries, wanted, isComplete: true)
    }

    private mutating func finished(
        _ entries: [RepairEntry], _ wanted: [UInt64], isComplete: Bool
    ) -> RepairAnswer {
        count.repairEntriesGiven += UInt64(entries.count)
        return .entries(entries, wanted: wanted, isComplete: isComplete)
    }
}
