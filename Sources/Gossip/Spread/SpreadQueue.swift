/// News on its way out: one slot per subject, so that a newer version takes the place of an older one.
///
/// A slot is pushed once, announced at fixed delays, can be pulled for a while, and is then forgotten. All delays are
/// the same for all, so each waiting line is a queue and nothing is ever searched.
struct SpreadQueue: Sendable {
    struct Slot: Sendable {
        var id: UInt64
        var body: [UInt8]
        var isAboutMember: Bool
        /// Whom it came from; not sent back there.
        var source: ProcessID?
        fileprivate var takenAt: GossipInstant
        fileprivate var ageWhenTaken: UInt64

        /// Milliseconds since it was published.
        func age(at now: GossipInstant) -> UInt64 {
            ageWhenTaken &+ UInt64(clamping: takenAt.duration(to: now).wholeMilliseconds)
        }
    }

    struct Ticket: Sendable {
        var subject: UInt64
        var id: UInt64
        var due: GossipInstant
    }

    private let configuration: GossipConfiguration
    private var slots: [UInt64: Slot] = [:]
    private var subjects: [UInt64: UInt64] = [:]
    private var memberPushes = Fifo<Ticket>()
    private var factPushes = Fifo<Ticket>()
    private var announcements: [Fifo<Ticket>]
    private var expiries = Fifo<Ticket>()
    private var lastAnnounced: GossipInstant?
    private(set) var byteCount = 0
    private(set) var droppedCount: UInt64 = 0

    init(_ configuration: GossipConfiguration) {
        self.configuration = configuration
        announcements = configuration.announceDelays.map { _ in Fifo() }
    }

    var count: Int { slots.count }
    var hasPushes: Bool { !memberPushes.isEmpty || !factPushes.isEmpty }

    mutating func insert(
        subject: UInt64, id: UInt64, body: [UInt8], isAboutMember: Bool, age: UInt64, source: ProcessID?,
        isPushed: Bool = true, now: GossipInstant
    ) {
        if let old = slots[subject] { byteCount -= old.body.count }
        slots[subject] = Slot(
            id: id, body: body, isAboutMember: isAboutMember, source: source, takenAt: now, ageWhenTaken: age)
        subjects[id] = subject
        byteCount += body.count
        let ticket = Ticket(subject: subject, id: id, due: now)
        if isPushed {
            if isAboutMember { memberPushes.append(ticket) } else { factPushes.append(ticket) }
        }
        for (stage, delay) in configuration.announceDelays.enumerated() {
            announcements[stage].append(Ticket(subject: subject, id: id, due: now + delay))
        }
        expiries.append(Ticket(subject: subject, id: id, due: now + configuration.spreadLifetime))
        expire(at: now)
    }

    /// By id; the subject's newest when that id has been overtaken.
    func slot(forID id: UInt64) -> Slot? { subjects[id].flatMap { slots[$0] } }

    // MARK: - Pushing

    /// The next to push, out of the line of members or of facts; skips what has been overtaken.
    mutating func nextPush(aboutMember: Bool) -> (slot: Slot, ticket: Ticket)? {
        while let ticket = aboutMember ? memberPushes.first : factPushes.first {
            if let slot = slots[ticket.subject], slot.id == ticket.id { return (slot, ticket) }
            dropPush(aboutMember: aboutMember)
        }
        return nil
    }

    mutating func dropPush(aboutMember: Bool) {
        if aboutMember { _ = memberPushes.popFirst() } else { _ = factPushes.popFirst() }
    }

    // MARK: - Announcing

    /// When the next round of announcements is due.
    var announcementDue: GossipInstant? {
        var first: GossipInstant?
        for line in announcements {
            if let due = line.first?.due { first = min(first ?? due, due) }
        }
        guard let first else { return nil }
        guard let lastAnnounced else { return first }
        return max(first, lastAnnounced + configuration.announceSpacing)
    }

    /// The ids due now or within the window, each once.
    mutating func takeAnnouncements(at now: GossipInstant) -> [UInt64] {
        var ids: [UInt64] = []
        var taken: Set<UInt64> = []
        let horizon = now + configuration.announceWindow
        for stage in announcements.indices {
            while let ticket = announcements[stage].first, ticket.due <= horizon {
                _ = announcements[stage].popFirst()
                guard slots[ticket.subject]?.id == ticket.id, taken.insert(ticket.id).inserted else { continue }
                ids.append(ticket.id)
            }
        }
        lastAnnounced = now
        return ids
    }

    // MARK: - Forgetting

    var expiryDue: GossipInstant? { expiries.first?.due }

    /// Over a limit the oldest go first: they have been sent most.
    mutating func expire(at now: GossipInstant) {
        while let ticket = expiries.first {
            let isOver = slots.count > configuration.spreadCountLimit || byteCount > configuration.spreadByteLimit
            guard isOver || ticket.due <= now else { return }
            _ = expiries.popFirst()
            subjects[ticket.id] = nil
            guard let slot = slots[ticket.subject], slot.id == ticket.id else { continue }
            slots[ticket.subject] = nil
            byteCount -= slot.body.count
            if ticket.due > now { droppedCount += 1 }
        }
    }
}
