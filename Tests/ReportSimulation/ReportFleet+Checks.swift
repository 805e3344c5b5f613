internal import ComputeAgent
internal import EdgeProxy
internal import FleetSimulation
internal import Gossip

/// What must hold in the end. What must hold at every moment is looked at where it may have changed.
extension ReportFleet {
    /// Every change of state was heard, in order, by the fleet and by the control plane.
    func check(_ number: Int, generation: UInt64) {
        let truth = truths[number][generation]
        guard !truth.isCutShort, truth.isWithinLimits else { return }
        if let complaint = truths[number].unheard(of: generation) {
            return fleet.violate(nil, "agent \(number): \(complaint)")
        }
        let history = histories[number].moves[generation] ?? []
        if history != truth.moves.map(\.version.sequence) {
            fleet.violate(nil, "agent \(number): the history of generation \(generation) is \(history)")
        }
    }

    /// - Returns: `nil` when every proxy knows of every endpoint what its agent knows; otherwise the first difference.
    func disagreement() -> String? {
        if let difference = fleet.disagreement() { return difference }
        for agent in agents {
            guard let process = agent.process, process.lifecycle.state == .running else {
                return "agent \(agent.number) is not done"
            }
            for listener in Listener.allCases where process.links[listener]?.queue.isEmpty != true {
                return "agent \(agent.number) is not heard by the \(listener)"
            }
            for host in proxies.indices {
                if let difference = difference(about: agent, at: host) { return "host \(host): \(difference)" }
            }
        }
        return nil
    }

    private func difference(about agent: SimulatedAgent, at host: Int) -> String? {
        guard let truth = truths[agent.number][agent.generation].place?.version else {
            return "\(agent.endpoint) is new"
        }
        let fact = fleet.members[host].node?.core.fact(of: agent.endpoint)
        guard let fact, fact.version == truth, case .running = fact.phase else {
            return
                "\(agent.endpoint) is at \(truth), gossip says \(fact.map { "\($0.version) \($0.phase)" } ?? "nothing")"
        }
        guard proxies[host].cache.location(of: agent.endpoint, now: instant)?.version == truth else {
            return "\(agent.endpoint) is at \(truth) and would not be dialled there"
        }
        guard case .running(let location)? = proxies[host].known.status(of: agent.endpoint, now: instant),
            location.version == truth
        else { return "\(agent.endpoint) is not known to run at \(truth)" }
        return nil
    }
}
