/// At most so many entries, each for so long after its last use (and, where a limit is set, for so long altogether); the
/// one unused for longest makes room.
///
/// Nothing runs in the background: an entry that has expired stays until it is looked up or pushed out. Every
/// operation takes constant time. Time is an argument, and must not run backwards.
package struct TimedLRU<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    package typealias Instant = ContinuousClock.Instant

    private struct Slot {
        var key: Key
        var value: Value
        var expiresAt: Instant
        /// When it ends however often it is used.
        var latest: Instant?
        var newer: Int?
        var older: Int?
    }

    private let limits: CacheLimits
    private var slots: [Slot] = []
    private var vacant: [Int] = []
    private var positions: [Key: Int] = [:]
    private var newest: Int?
    private var oldest: Int?

    package init(_ limits: CacheLimits) {
        self.limits = limits
    }

    package var count: Int { positions.count }

    /// The live value for `key`, which becomes the most recently used and lives for another whole time to live.
    package mutating func touch(_ key: Key, now: Instant) -> Value? {
        guard let position = positions[key] else { return nil }
        guard slots[position].expiresAt > now else {
            vacate(position)
            return nil
        }
        slots[position].expiresAt = expiry(latest: slots[position].latest, now: now)
        unlink(position)
        linkAsNewest(position)
        return slots[position].value
    }

    /// The value for `key` as it lies there: expired or not, and no younger for having been looked at.
    package func peek(_ key: Key) -> Value? {
        positions[key].map { slots[$0].value }
    }

    /// Replaces or adds. A full cache lets go of its least recently used entry; a cache of size 0 keeps nothing.
    package mutating func insert(_ value: Value, for key: Key, now: Instant) {
        guard limits.size > 0 else { return }
        if let position = positions[key] { vacate(position) }
        if count >= limits.size, let oldest { vacate(oldest) }
        let latest = limits.absoluteTimeToLive.map { now + $0 }
        let slot = Slot(key: key, value: value, expiresAt: expiry(latest: latest, now: now), latest: latest)
        let position: Int
        if let free = vacant.popLast() {
            position = free
            slots[position] = slot
        } else {
            position = slots.count
            slots.append(slot)
        }
        positions[key] = position
        linkAsNewest(position)
    }

    @discardableResult
    package mutating func remove(_ key: Key) -> Value? {
        guard let position = positions[key] else { return nil }
        let value = slots[position].value
        vacate(position)
        return value
    }

    /// Lets go of the entry that was unused for longest.
    package mutating func removeOldest() -> Value? { oldest.flatMap { remove(slots[$0].key) } }

    /// Everything that lies here, expired or not, in no particular order. Looks at every slot: for operators.
    package var entries: [(key: Key, value: Value)] { positions.values.map { (slots[$0].key, slots[$0].value) } }

    /// Looks at every slot.
    package mutating func removeAll(where isDoomed: (Key) -> Bool) {
        for (key, position) in positions where isDoomed(key) { vacate(position) }
    }

    private func expiry(latest: Instant?, now: Instant) -> Instant {
        let expiry = now + limits.timeToLive
        return latest.map { min($0, expiry) } ?? expiry
    }

    // MARK: - The list through the slots

    private mutating func vacate(_ position: Int) {
        unlink(position)
        positions[slots[position].key] = nil
        vacant.append(position)
    }

    private mutating func unlink(_ position: Int) {
        let (newer, older) = (slots[position].newer, slots[position].older)
        if let newer { slots[newer].older = older } else { newest = older }
        if let older { slots[older].newer = newer } else { oldest = newer }
        slots[position].newer = nil
        slots[position].older = nil
    }

    private mutating func linkAsNewest(_ position: Int) {
        slots[position].older = newest
        if let newest { slots[newest].newer = position } else { oldest = position }
        newest = position
    }
}
