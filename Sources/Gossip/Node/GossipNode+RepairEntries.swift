/// What repairs bring and take.
extension GossipNode {
    // MARK: - Merging

    /// - Parameter isRelayed: whether what is new here is probably new to others. Not so in a first sync.
    /// - Returns: how many were new.
    mutating func merge(_ entries: [RepairEntry], isRelayed: Bool) -> Int {
        var fresh = 0
        for entry in entries {
            switch entry {
            case .fact(let fact):
                guard learn(fact, settlingAt: now) else { continue }
                fresh += 1
                if isRelayed { enqueue(.fact(fact), age: 0, source: nil) }
            case .floor(let floor):
                if facts.merge(floor, settlingAt: now, into: &digest) == .fresh { fresh += 1 }
            case .member(let card, let health):
                if merge(card, health, isRelayed: isRelayed) { fresh += 1 }
            }
        }
        count.repairEntriesTaken += UInt64(fresh)
        digest.settle(at: now)
        return fresh
    }

    /// In a repair somebody else's “dead” only makes a suspect, so that a live victim can still object (memberlist).
    private mutating func merge(_ told: MemberCard, _ health: MemberHealth, isRelayed: Bool) -> Bool {
        switch health {
        case .alive, .suspect:
            guard alive(told, via: told.process == repair?.process ? .stream : .repair) else { return false }
            if isRelayed { enqueue(.alive(told), age: 0, source: nil) }
            return true
        case .left, .dead:
            guard told.process != card.process || departure == .none else { return false }
            guard told.process == card.process || table.slot(of: told.process) != nil else {
                return rememberDead(told, health)
            }
            if health == .left {
                let isNew = dead(told.process, incarnation: told.incarnation, accuser: told.process, via: .repair)
                if isNew, isRelayed {
                    enqueue(
                        .dead(told.process, incarnation: told.incarnation, accuser: told.process), age: 0, source: nil)
                }
                return isNew
            }
            let accuser = repair?.process ?? card.process
            let isNew = suspect(told.process, incarnation: told.incarnation, accuser: accuser, via: .repair)
            if isNew, isRelayed {
                enqueue(.suspect(told.process, incarnation: told.incarnation, accuser: accuser), age: 0, source: nil)
            }
            return isNew
        }
    }

    /// A tombstone of somebody never met: kept, so that old news does not introduce him, and retried like others.
    private mutating func rememberDead(_ told: MemberCard, _ health: MemberHealth) -> Bool {
        guard told.isWithinLimits, table.slot(of: told.name) == nil, told.name != card.name,
            table.count < configuration.memberLimit
        else {
            obituaries.note(told.process, incarnation: told.incarnation)
            return false
        }
        _ = table.insert(told, as: health, at: now)
        hasMembersChanged = true
        return true
    }

    // MARK: - Members as entries

    func lines(inBucket bucket: Int, members: [Int: [RepairEntry]]) -> [RepairLine] {
        var lines = facts.lines(inBucket: bucket)
        for case .member(let card, _) in members[bucket] ?? [] {
            lines.append(
                RepairLine(
                    key: hash.memberKey(card.process), state: hash.memberState(card.process, card.incarnation)))
        }
        return lines
    }

    func liveMembersByBucket(_ buckets: Set<UInt16>) -> [Int: [RepairEntry]] {
        membersByBucket(Set(buckets.map { Int($0) })).mapValues { entries in
            entries.filter { entry in
                if case .member(_, let health) = entry { health.isLive } else { false }
            }
        }
    }

    func liveMembersByKey() -> [UInt64: RepairEntry] {
        var members: [UInt64: RepairEntry] = [:]
        for slot in table.live {
            guard let card = table.card(slot) else { continue }
            members[hash.memberKey(card.process)] = .member(card, .alive)
        }
        return members
    }

    /// - Parameter buckets: `nil` for all.
    func membersByBucket(_ buckets: Set<Int>? = nil) -> [Int: [RepairEntry]] {
        var members: [Int: [RepairEntry]] = [:]
        for slot in table.live + table.gone {
            guard var card = table.card(slot) else { continue }
            let bucket = StateDigest.bucket(of: hash.memberKey(card.process))
            guard buckets?.contains(bucket) ?? true else { continue }
            let health = table.health(slot)
            if !health.isLive { card.incarnation = table.incarnation(slot) }
            members[bucket, default: []].append(.member(card, health))
        }
        return members
    }
}
