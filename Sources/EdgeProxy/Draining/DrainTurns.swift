/// Decides which session is asked to leave when, and keeps the count of how they ended. A pure value; whoever holds it
/// shows it all sessions again and again, and carries its orders out.
package struct DrainTurns: Sendable {
    /// One session, as much as matters here.
    package struct Standing: Sendable, Equatable {
        package var id: SessionID
        package var phase: SessionPhase
        package var isReplication: Bool
        package var hasListened: Bool

        package init(
            _ id: SessionID, _ phase: SessionPhase, isReplication: Bool = false, hasListened: Bool = false
        ) {
            self.id = id
            self.phase = phase
            self.isReplication = isReplication
            self.hasListened = hasListened
        }
    }

    package enum Order: Sendable, Equatable {
        case endAtIdlePoint(SessionID)
        case endNow(SessionID)
    }

    /// What a session that is still here is waiting for.
    package enum Waiting: String, Sendable, CaseIterable {
        /// Its turn, or an idle point.
        case idlePoint = "idle_point"
        /// It logs in, or its compute is being woken; or it is a cancel request.
        case login
        case stranger
        /// These two: the deadline, by policy.
        case replication, listen
    }

    /// How a session that is gone has ended.
    package enum Ending: String, Sendable, CaseIterable {
        /// It was asked to leave at its idle point, and has left.
        case asked
        /// By policy, without an idle point.
        case policy
        case stranger
        /// By itself, before its turn.
        case left
        /// By the farewell.
        case deadline
    }

    private struct Turn: Sendable {
        var waiting: Waiting
        var due: ContinuousClock.Instant?
        /// How it will have ended when it is gone.
        var ending = Ending.left
    }

    private let settings: DrainSettings
    private let began: ContinuousClock.Instant
    private let window: Duration
    private var turns: [SessionID: Turn] = [:]
    private var hasLooked = false
    package private(set) var ended: [Ending: Int] = [:]

    /// - Parameter window: over which the sessions there are at the first look are spread.
    package init(_ settings: DrainSettings, spreadOver window: Duration, at began: ContinuousClock.Instant) {
        self.settings = settings
        self.window = window
        self.began = began
    }

    /// How many wait for what.
    package var waiting: [Waiting: Int] {
        turns.values.reduce(into: [:]) { $0[$1.waiting, default: 0] += 1 }
    }

    /// - Parameter sessions: all that are open now.
    /// - Returns: what to do, in the order of `sessions`.
    package mutating func look(
        at sessions: [Standing], now: ContinuousClock.Instant, using dice: inout some RandomNumberGenerator
    ) -> [Order] {
        var left = turns
        var orders: [Order] = []
        for session in sessions {
            var turn = left.removeValue(forKey: session.id) ?? Turn(waiting: .stranger)
            if let order = order(for: session, &turn, now: now, using: &dice) { orders.append(order) }
            turns[session.id] = turn
        }
        for (id, turn) in left {
            turns[id] = nil
            ended[turn.ending, default: 0] += 1
        }
        hasLooked = true
        return orders
    }

    /// Everybody who is left has been ended.
    package mutating func bidFarewell(to sessions: [Standing]) {
        for session in sessions {
            turns[session.id, default: Turn(waiting: .stranger)].ending = .deadline
        }
    }

    private func order(
        for session: Standing, _ turn: inout Turn, now: ContinuousClock.Instant,
        using dice: inout some RandomNumberGenerator
    ) -> Order? {
        // Once told, that is how it ends.
        guard turn.ending == .left else { return nil }
        switch session.phase {
        case .handshake:
            turn.waiting = .stranger
            guard now >= began + settings.strangerGrace else { return nil }
            turn.ending = .stranger
            return .endNow(session.id)
        case .authenticating, .connecting, .cancelling:
            turn.waiting = .login
            return nil
        case .joined:
            return joined(session, &turn, now: now, using: &dice)
        }
    }

    private func joined(
        _ session: Standing, _ turn: inout Turn, now: ContinuousClock.Instant,
        using dice: inout some RandomNumberGenerator
    ) -> Order? {
        if session.isReplication, settings.replication == .wait {
            turn.waiting = .replication
            return nil
        }
        if session.hasListened, settings.listen == .wait {
            turn.waiting = .listen
            return nil
        }
        turn.waiting = .idlePoint
        let due = turn.due ?? self.due(at: now, using: &dice)
        turn.due = due
        guard now >= due else { return nil }
        // A walsender that streams comes to no idle point.
        turn.ending = session.isReplication ? .policy : .asked
        return session.isReplication ? .endNow(session.id) : .endAtIdlePoint(session.id)
    }

    /// Those who were here first are spread; a late one has been spread by its login already.
    private func due(
        at now: ContinuousClock.Instant, using dice: inout some RandomNumberGenerator
    ) -> ContinuousClock.Instant {
        guard !hasLooked, window > .zero else { return now }
        return began + window * Double.random(in: 0..<1, using: &dice)
    }
}
