/// Decides whose costly work is next, so that a crowd of one kind makes the others wait for one of its pieces and not for
/// all of them: every lane in turn, and each lane in order.
///
/// Bounded. When it is full, whoever has the longest lane loses its newest piece to a newcomer of a shorter one.
package struct FairQueue<Lane: Hashable & Sendable>: Sendable {
    package typealias Ticket = UInt64

    package struct Limits: Sendable {
        /// Pieces under way at one time.
        package var running: Int
        /// Pieces that wait, all lanes together.
        package var waiting: Int

        package init(running: Int, waiting: Int) {
            self.running = running
            self.waiting = waiting
        }
    }

    package enum Entry: Equatable, Sendable {
        /// Its turn is now.
        case start
        /// Its turn will come. `displaced` has waited in vain, and has to be told.
        case wait(displaced: Ticket?)
        case full
    }

    private let limits: Limits
    private var running = 0
    private var waiting = 0
    private var lanes: [Lane: [Ticket]] = [:]
    /// Lanes with something in them, the next one first.
    private var turns: [Lane] = []

    package init(_ limits: Limits) {
        self.limits = limits
    }

    /// - Parameter ticket: names the piece; no two are alike.
    package mutating func enter(_ ticket: Ticket, in lane: Lane) -> Entry {
        guard running >= limits.running else {
            running += 1
            return .start
        }
        var displaced: Ticket?
        if waiting >= limits.waiting {
            // Dictionaries have no order of their own; the turns do.
            let longest = turns.max { (lanes[$0]?.count ?? 0) < (lanes[$1]?.count ?? 0) }
            guard let longest, let count = lanes[longest]?.count, count > (lanes[lane]?.count ?? 0) + 1 else {
                return .full
            }
            displaced = lanes[longest]?.last
            if let displaced { leave(displaced, in: longest) }
        }
        if lanes[lane] == nil { turns.append(lane) }
        lanes[lane, default: []].append(ticket)
        waiting += 1
        return .wait(displaced: displaced)
    }

    /// A piece is done.
    /// - Returns: whose turn it is now.
    package mutating func finished() -> Ticket? {
        guard !turns.isEmpty else {
            running -= 1
            return nil
        }
        let lane = turns.removeFirst()
        guard var tickets = lanes.removeValue(forKey: lane), !tickets.isEmpty else { return finished() }
        let next = tickets.removeFirst()
        waiting -= 1
        if !tickets.isEmpty {
            lanes[lane] = tickets
            turns.append(lane)
        }
        return next
    }

    /// A piece that waits is given up.
    /// - Returns: whether it was still waiting.
    @discardableResult
    package mutating func leave(_ ticket: Ticket, in lane: Lane) -> Bool {
        guard let index = lanes[lane]?.firstIndex(of: ticket) else { return false }
        lanes[lane]?.remove(at: index)
        waiting -= 1
        if lanes[lane]?.isEmpty == true {
            lanes[lane] = nil
            turns.removeAll { $0 == lane }
        }
        return true
    }

    package var waitingCount: Int { waiting }
}
