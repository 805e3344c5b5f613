/// Decides what becomes of each datagram and stream message: when it arrives, how often, or not at all.
package struct Network: Sendable {
    /// What becomes of a datagram.
    package struct Fate: Equatable, Sendable {
        /// How long it travels; `nil` when it is lost.
        package var delay: Span?
        /// And once more, if it was duplicated.
        package var duplicateDelay: Span?
        package var hasFlippedBit = false

        static let lost = Fate()
    }

    /// How long a stream's sender waits before it sends a lost segment again, doubled each time.
    private static let retransmission: Span = .milliseconds(200)
    private static let retransmissionLimit = 6

    package var profile: LinkProfile
    private let seed: UInt64
    private var dice: Dice
    private var conditions: [Int: Fault] = [:]
    /// The keys of ``conditions``, sorted: what is walked.
    private var active: [Int] = []
    /// One chain per fault and direction, looked up only.
    private var chains: [UInt64: LossChain] = [:]

    package init(profile: LinkProfile, seed: UInt64) {
        self.profile = profile
        self.seed = seed
        dice = Dice(seed: seed)
    }

    /// A fault of the links begins. The others mean nothing here.
    package mutating func begin(_ fault: Fault, number: Int) {
        conditions[number] = fault
        active.append(number)
        active.sort()
    }

    package mutating func end(_ number: Int) {
        conditions[number] = nil
        active.removeAll { $0 == number }
    }

    // MARK: - Datagrams

    package mutating func fate(from sender: Int, to receiver: Int, bytes: Int, at now: Moment) -> Fate {
        var fate = Fate(delay: travel(from: sender, to: receiver))
        if profile.loss > 0, dice.chance(profile.loss) { return .lost }
        for number in active {
            guard let fault = conditions[number] else { continue }
            let goesOn = apply(fault, number: number, to: &fate, from: sender, to: receiver, bytes: bytes, at: now)
            if !goesOn { return .lost }
        }
        return fate
    }

    /// - Returns: false when the datagram is lost.
    private mutating func apply(
        _ fault: Fault, number: Int, to fate: inout Fate, from sender: Int, to receiver: Int, bytes: Int,
        at now: Moment
    ) -> Bool {
        switch fault.kind {
        case .loss(let share): return !dice.chance(share)
        case .unevenLoss(let limit): return !dice.chance(limit * share(ofLinkFrom: sender, to: receiver, number))
        case .deafness(let host, let share): return receiver != host || !dice.chance(share)
        case .muteness(let host, let share): return sender != host || !dice.chance(share)
        case .bursts(let shape):
            let link = UInt64(number) << 48 | UInt64(sender) << 24 | UInt64(receiver)
            return !chains[link, default: LossChain()].loses(at: now, shape, dice: &dice)
        case .duplication(let share):
            if dice.chance(share) { fate.duplicateDelay = travel(from: sender, to: receiver) * 3 }
        case .reordering(let share, let limit):
            if dice.chance(share) { fate.delay = (fate.delay ?? .zero) + dice.span(.zero, limit) }
        case .spikes(let share, let factor):
            if dice.chance(share) { fate.delay = (fate.delay ?? .zero) * factor }
        case .narrowPath(let limit): return bytes <= limit
        case .bitFlips(let share): fate.hasFlippedBit = fate.hasFlippedBit || dice.chance(share)
        case .datagramsBlocked(let hosts): return !hosts.contains(sender) && !hosts.contains(receiver)
        default: return !blocks(fault, from: sender, to: receiver, at: now)
        }
        return true
    }

    // MARK: - Streams

    /// When something sent over a stream arrives.
    ///
    /// - Returns: `nil` when the two cannot reach each other, or the stream broke.
    package mutating func streamDelay(from sender: Int, to receiver: Int, at now: Moment) -> Span? {
        var (loss, breakage) = (profile.loss, 0.0)
        for number in active {
            guard let fault = conditions[number] else { continue }
            // A stream needs both directions: what is said must be acknowledged.
            if blocks(fault, from: sender, to: receiver, at: now) { return nil }
            if blocks(fault, from: receiver, to: sender, at: now) { return nil }
            switch fault.kind {
            case .loss(let share): loss = max(loss, share)
            case .deafness(let host, let share), .muteness(let host, let share):
                if host == sender || host == receiver { loss = max(loss, share) }
            case .unevenLoss(let limit): loss = max(loss, limit * share(ofLinkFrom: sender, to: receiver, number))
            case .streamResets(let share): breakage = max(breakage, share)
            default: break
            }
        }
        if dice.chance(breakage) { return nil }
        var delay = travel(from: sender, to: receiver)
        var (attempt, wait) = (0, Self.retransmission)
        while dice.chance(loss) {
            attempt += 1
            if attempt > Self.retransmissionLimit { return nil }
            delay = delay + wait
            wait = wait * 2
        }
        return delay
    }

    // MARK: - What both share

    /// Whether nothing at all passes from one to the other because of this fault.
    private func blocks(_ fault: Fault, from sender: Int, to receiver: Int, at now: Moment) -> Bool {
        switch fault.kind {
        case .cut(let cut): return cut.blocks(from: sender, to: receiver)
        case .flapping(let cut, let period):
            let turn = (now - fault.start).nanoseconds / max(1, period.nanoseconds)
            return turn.isMultiple(of: 2) && cut.blocks(from: sender, to: receiver)
        case .swizzle(let clogs):
            return clogs.contains { $0.start <= now && now < $0.end && ($0.host == sender || $0.host == receiver) }
        default: return false
        }
    }

    /// Whether the two could hear each other both ways if nothing were lost.
    package func connects(_ one: Int, _ other: Int, at now: Moment) -> Bool {
        !active.contains { number in
            conditions[number].map {
                blocks($0, from: one, to: other, at: now) || blocks($0, from: other, to: one, at: now)
            } ?? false
        }
    }

    private mutating func travel(from sender: Int, to receiver: Int) -> Span {
        dice.logNormal(median: profile.median(from: sender, to: receiver), sigma: profile.sigma)
    }

    /// A number in [0, 1) that belongs to this direction of this link during this fault.
    private func share(ofLinkFrom sender: Int, to receiver: Int, _ number: Int) -> Double {
        let link = UInt64(number) << 48 | UInt64(sender) << 24 | UInt64(receiver)
        return Double(Dice.mixed(seed ^ Dice.mixed(link)) >> 11) * 0x1p-53
    }
}
