internal import Logging
internal import Transport

/// Carries a drain out: what ``DrainMachine`` and ``DrainTurns`` decide, on the sessions and the port that there are.
struct DrainRun {
    /// Between two looks, and what is added for each session: a look costs about a tenth of that.
    private static let pause: Duration = .milliseconds(50)
    private static let pausePerSession: Duration = .microseconds(10)

    let settings: DrainSettings
    /// From the first request to the farewell.
    let deadline: Duration
    let registry: SessionRegistry
    let state: DrainState
    let metrics: DrainMetrics
    let logger: Logger
    let door: ListeningSocket
    /// Wakes under way here, which members may wait for.
    let flights: @Sendable () async -> Int
    /// Tells the fleet that others are to be asked.
    let turnAway: @Sendable () async -> Void

    /// Returns when there is nothing left to wait for; at once, with everybody ended, when the task is cancelled.
    func run() async {
        var machine = DrainMachine(settings, deadline: deadline)
        var turns: DrainTurns?
        _ = machine.handle(.counted(sessions: registry.count, flights: 0), at: .now)
        var actions = machine.handle(.begun(wasServing: state.wasServing), at: .now)
        while !Task.isCancelled {
            for action in actions { await carryOut(action, &turns) }
            let flights = await flights()
            look(&turns)
            report(machine, turns, flights: flights)
            guard machine.phase != .over else { return }
            let now = ContinuousClock.now
            actions = state.hasHurried ? machine.handle(.hurried, at: now) : []
            actions += machine.handle(.counted(sessions: registry.count, flights: flights), at: now)
            guard actions.isEmpty else { continue }
            let next = now + Self.pause + Self.pausePerSession * registry.count
            // Cancelled: the loop's condition ends it.
            try? await Task.sleep(until: min(next, machine.nextWake ?? next), clock: .continuous)
        }
        await door.stopAccepting()
        door.cancelConnections()
    }

    private func carryOut(_ action: DrainMachine.Action, _ turns: inout DrainTurns?) async {
        switch action {
        case .turnAway:
            logger.notice("draining", metadata: ["sessions": "\(registry.count)"])
            await turnAway()
        case .stopAccepting:
            await door.stopAccepting()
            logger.notice("no new sessions", metadata: ["sessions": "\(registry.count)"])
        case .beginEnding(let window):
            turns = DrainTurns(settings, spreadOver: window, at: .now)
        case .endAll:
            turns?.bidFarewell(to: registry.records().map(\.standing))
            logger.notice("ending whoever is left", metadata: ["sessions": "\(registry.count)"])
            door.cancelConnections()
        case .leave:
            break
        }
    }

    private func look(_ turns: inout DrainTurns?) {
        guard turns != nil else { return }
        var dice = SystemRandomNumberGenerator()
        let records = registry.records()
        let orders = turns?.look(at: records.map(\.standing), now: .now, using: &dice) ?? []
        guard !orders.isEmpty else { return }
        let byID = Dictionary(records.map { ($0.id, $0) }) { first, _ in first }
        for order in orders {
            switch order {
            case .endAtIdlePoint(let id): byID[id]?.endAtIdlePoint()
            case .endNow(let id): byID[id]?.end()
            }
        }
    }

    private func report(_ machine: DrainMachine, _ turns: DrainTurns?, flights: Int) {
        var progress = DrainProgress()
        progress.phase = machine.phase
        progress.phaseSince = machine.phaseSince
        progress.deadline = machine.deadline
        progress.sessions = registry.count
        progress.waiting = turns?.waiting ?? [:]
        progress.ended = turns?.ended ?? [:]
        progress.flights = flights
        metrics.report(progress, after: state.progress)
        state.report(progress)
    }
}
