internal import ComputeAgent
internal import EdgeProxy
internal import FleetSimulation
internal import GRPCLite
internal import Gossip
internal import SidecarAPI

/// Whoever hears reports, and whoever dials what they say.
extension ReportFleet {
    func receive(_ transition: Transition, of number: Int, at end: ReportStream.End) {
        let listener: Listener = end == .controlPlane ? .controlPlane : .fleet
        if let complaint = truths[number].hear(transition, by: listener) {
            fleet.violate(nil, "agent \(number): \(complaint)")
        }
        let message = agents[number].identity(of: transition).message(of: transition)
        switch end {
        case .controlPlane: histories[number].take(message, isMove: !transition.isActivityOnly, now: micros)
        case .proxy(let host, _): take(message, transition, of: number, at: host)
        }
    }

    /// As the product's endpoint does it: applied, handed to gossip, and acknowledged after that.
    private func take(_ message: ReportV1.Transition, _ transition: Transition, of number: Int, at host: Int) {
        let endpoint = agents[number].endpoint
        let place: ReportedPlace
        do {
            place = try ReportedPlace(message, of: endpoint, at: transition.version)
        } catch {
            return fleet.violate(host, "cannot read \(transition.text): \(error)")
        }
        fleet.say(host, "hears from agent \(number): \(transition.text)")
        let fact: Fact
        switch place {
        case .asBefore: return
        case .runs(let location):
            if configuration.mistake == .lastWins { proxies[host].takeBlindly(location, now: instant) }
            fact = location.fact
        case .ended:
            fact = .endpoint(EndpointFact(endpoint: endpoint, version: transition.version, phase: .ended))
        }
        take(fact, from: .agent, at: host)
        if configuration.mistake != .acknowledgedUntold { fleet.publish(fact, at: host) }
        checkSight(of: number, at: host)
        // A leave may have ended the process.
        guard let core = fleet.members[host].node?.core else { return }
        guard let known = core.fact(of: endpoint), known.version >= transition.version else {
            return fleet.violate(host, "acknowledges \(transition.text), which gossip does not have")
        }
    }

    func learned(_ fact: Fact, at host: Int) {
        take(fact, from: .gossip, at: host)
        guard case .endpoint(let fact) = fact else { return }
        if let number = agents.firstIndex(where: { $0.endpoint == fact.endpoint }) { checkSight(of: number, at: host) }
    }

    private func take(_ fact: Fact, from origin: LocationCache.Origin, at host: Int) {
        guard case .endpoint(let fact) = fact else { return }
        if let complaint = proxies[host].take(fact, from: origin, now: instant) {
            fleet.violate(host, "\(fact.endpoint): \(complaint)")
        }
    }

    private func checkSight(of number: Int, at host: Int) {
        if let complaint = proxies[host].complaint(about: agents[number].endpoint, now: instant) {
            fleet.violate(host, "ep-\(number): \(complaint)")
        }
    }

    /// A client comes to some proxy, which dials what it knows.
    func dial() {
        after(dice.exponential(mean: configuration.dialInterval), .somebodyDials)
        let (host, number) = (dice.index(below: proxies.count), dice.index(below: agents.count))
        let agent = agents[number]
        guard fleet.members[host].isUp, !fleet.members[host].isPaused,
            let location = proxies[host].cache.location(of: agent.endpoint, now: instant)
        else { return }
        statistics.dials += 1
        checkSight(of: number, at: host)
        if agent.isServing, agent.generation == location.version.generation { return }
        statistics.failedDials += 1
        if hasAgreed { fleet.violate(host, "dials \(location.version) of ep-\(number), which is not there") }
        proxies[host].cache.invalidate(agent.endpoint, upTo: location.version, because: .unreachable, now: instant)
        fleet.publish(
            .endpoint(EndpointFact(endpoint: agent.endpoint, version: location.version, phase: .unreachable)), at: host)
    }
}

extension SimulatedAgent {
    /// Who said this: perhaps an agent of an earlier start.
    func identity(of transition: Transition) -> ReportIdentity {
        var past = self
        past.generation = transition.version.generation
        return past.identity
    }
}
