/// Everybody this member knows of, the dead included, by name, process and address.
///
/// Cards live in shared immutable boxes, and whoever is simply alive takes no more than that: only what differs from
/// “alive, as the card says” has an entry of its own. So thousands of simulated members that were given one
/// ``FleetSnapshot`` share nearly all of it.
struct MemberTable: Sendable {
    typealias Slot = UInt32

    private final class Box: Sendable {
        let card: MemberCard
        init(_ card: MemberCard) { self.card = card }
    }

    private struct Verdict: Sendable {
        var health: MemberHealth
        /// The maximum of all evidence, which may be above what the member itself has said.
        var incarnation: UInt64
        /// What the member itself has said last; takes the place of the card's.
        var spoken: UInt64
        var since: GossipInstant
    }

    private var boxes: [Box?] = []
    private var slotByName: [MemberID: Slot] = [:]
    private var slotByProcess: [ProcessID: Slot] = [:]
    /// Who was the last to be found there.
    private var slotByAddress: [MemberAddress: Slot] = [:]
    private var verdicts: [Slot: Verdict] = [:]
    private var vacant: [Slot] = []
    /// Live members in the order of their random ids: the list that everybody shares, each starting after itself.
    private(set) var live: [Slot] = []
    /// Dead and departed ones, the longest gone first.
    private(set) var gone: [Slot] = []

    var count: Int { boxes.count - vacant.count }

    // MARK: - Looking

    func slot(of process: ProcessID) -> Slot? { slotByProcess[process] }
    func slot(of name: MemberID) -> Slot? { slotByName[name] }
    func slot(at address: MemberAddress) -> Slot? { slotByAddress[address] }

    /// - Precondition: the slot is taken. One that is not has no card, and nobody keeps the number of one.
    func card(_ slot: Slot) -> MemberCard? {
        guard var card = boxes[Int(slot)]?.card else { return nil }
        if let verdict = verdicts[slot] { card.incarnation = verdict.spoken }
        return card
    }

    func process(_ slot: Slot) -> ProcessID? { boxes[Int(slot)]?.card.process }
    func name(_ slot: Slot) -> MemberID? { boxes[Int(slot)]?.card.name }
    func address(_ slot: Slot) -> MemberAddress? { boxes[Int(slot)]?.card.address }
    func health(_ slot: Slot) -> MemberHealth { verdicts[slot]?.health ?? .alive }
    func since(_ slot: Slot) -> GossipInstant? { verdicts[slot]?.since }

    func incarnation(_ slot: Slot) -> UInt64 {
        verdicts[slot]?.incarnation ?? boxes[Int(slot)]?.card.incarnation ?? 0
    }

    /// What the member itself has said last, as against what was said of it.
    func spoken(_ slot: Slot) -> UInt64 { verdicts[slot]?.spoken ?? boxes[Int(slot)]?.card.incarnation ?? 0 }

    /// Every taken slot, oldest number first.
    var slots: [Slot] { boxes.indices.filter { boxes[$0] != nil }.map { Slot($0) } }

    /// Where this process stands, or would stand, in ``live``.
    func livePosition(of process: ProcessID) -> Int {
        var low = 0
        var high = live.count
        while low < high {
            let middle = (low + high) / 2
            if let other = self.process(live[middle]), other < process { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: - Changing

    /// - Precondition: neither the name nor the process is known.
    mutating func insert(_ card: MemberCard, as health: MemberHealth, at now: GossipInstant) -> Slot {
        let slot: Slot
        if let free = vacant.popLast() {
            slot = free
            boxes[Int(slot)] = Box(card)
        } else {
            slot = Slot(boxes.count)
            boxes.append(Box(card))
        }
        slotByName[card.name] = slot
        slotByProcess[card.process] = slot
        if health.isLive || slotByAddress[card.address] == nil { slotByAddress[card.address] = slot }
        if health != .alive {
            verdicts[slot] = Verdict(
                health: health, incarnation: card.incarnation, spoken: card.incarnation, since: now)
        }
        list(slot, isLive: health.isLive)
        return slot
    }

    /// The member says something new of itself, or another process has its name now; either way it is alive.
    mutating func update(_ slot: Slot, with card: MemberCard, at now: GossipInstant) {
        guard let old = boxes[Int(slot)]?.card else { return }
        // Nothing moves in the list, which may still be shared, for one that stays in its place.
        let moves = old.process != card.process || !health(slot).isLive
        if moves { unlist(slot) }
        var same = old
        same.incarnation = card.incarnation
        if same == card {
            verdicts[slot] = Verdict(
                health: .alive, incarnation: card.incarnation, spoken: card.incarnation, since: now)
        } else {
            boxes[Int(slot)] = Box(card)
            verdicts[slot] = nil
            if old.address != card.address, slotByAddress[old.address] == slot { slotByAddress[old.address] = nil }
            if old.process != card.process {
                slotByProcess[old.process] = nil
                slotByProcess[card.process] = slot
            }
        }
        if slotByAddress[card.address] != slot { slotByAddress[card.address] = slot }
        if moves { list(slot, isLive: true) }
    }

    mutating func mark(_ slot: Slot, _ health: MemberHealth, incarnation: UInt64, at now: GossipInstant) {
        let wasLive = self.health(slot).isLive
        if wasLive != health.isLive { unlist(slot) }
        verdicts[slot] = Verdict(
            health: health, incarnation: max(incarnation, self.incarnation(slot)), spoken: spoken(slot), since: now)
        if wasLive != health.isLive { list(slot, isLive: health.isLive) }
    }

    /// Evidence that changes nothing but how late we know it to be.
    mutating func raise(_ slot: Slot, to incarnation: UInt64) {
        guard let verdict = verdicts[slot], incarnation > verdict.incarnation else { return }
        verdicts[slot]?.incarnation = incarnation
    }

    mutating func remove(_ slot: Slot) {
        guard let card = boxes[Int(slot)]?.card else { return }
        unlist(slot)
        boxes[Int(slot)] = nil
        verdicts[slot] = nil
        vacant.append(slot)
        if slotByName[card.name] == slot { slotByName[card.name] = nil }
        if slotByProcess[card.process] == slot { slotByProcess[card.process] = nil }
        if slotByAddress[card.address] == slot { slotByAddress[card.address] = nil }
    }

    private mutating func list(_ slot: Slot, isLive: Bool) {
        guard isLive else {
            gone.append(slot)
            return
        }
        guard let process = process(slot) else { return }
        live.insert(slot, at: livePosition(of: process))
    }

    private mutating func unlist(_ slot: Slot) {
        guard let process = process(slot) else { return }
        if health(slot).isLive {
            let position = livePosition(of: process)
            if position < live.count, live[position] == slot { live.remove(at: position) }
        } else {
            gone.removeAll { $0 == slot }
        }
    }
}
