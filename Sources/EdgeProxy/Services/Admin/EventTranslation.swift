internal import Gossip
internal import SidecarAPI

// What happens, as `sidecar.admin.v1` tells it.

extension AdminV1.FleetEvent {
    init(_ event: FleetEvent, from proxy: MemberID) {
        self.init(atUnixMicros: event.atUnixMicros, proxy: proxy.name, event: event.what.message)
    }
}

extension FleetEvent.What {
    fileprivate var message: AdminV1.FleetEvent.Event {
        switch self {
        case .member(let member, let change, let detail):
            .member(AdminV1.MemberEvent(member: member.name, change: change.rawValue, detail: detail))
        case .fact(.endpoint(let fact), let origin): .fact(AdminV1.FactEvent(fact, from: origin))
        case .fact(.secrets(let fact), let origin):
            .fact(
                AdminV1.FactEvent(
                    endpoint: fact.endpoint.text, change: "secrets", generation: fact.revision,
                    origin: origin.rawValue))
        case .reported(let endpoint, let version, let change, let detail):
            .fact(
                AdminV1.FactEvent(
                    endpoint: endpoint.text, change: change.rawValue, generation: version.generation,
                    sequence: version.sequence, origin: FleetEvent.FactOrigin.agent.rawValue, detail: detail))
        case .wakeBegan(let endpoint, let beginning):
            .wake(AdminV1.WakeEvent(endpoint, beginning, change: "began"))
        case .wakeEnded(let endpoint, let beginning, let ending):
            .wake(AdminV1.WakeEvent(endpoint, beginning, ending))
        case .sessions(let open): .sessions(AdminV1.SessionsEvent(open: UInt64(open)))
        case .reload(let what, let trouble): .reload(AdminV1.ReloadEvent(what: what, trouble: trouble ?? ""))
        case .drain(let phase, let sessions):
            .drain(AdminV1.DrainProgress(phase: phase, sessions: UInt64(sessions)))
        }
    }
}

extension AdminV1.FactEvent {
    fileprivate init(_ fact: EndpointFact, from origin: FleetEvent.FactOrigin) {
        self.init(
            endpoint: fact.endpoint.text, change: "", generation: fact.version.generation,
            sequence: fact.version.sequence, origin: origin.rawValue)
        switch fact.phase {
        case .running(let place): (change, address) = ("located", place.address)
        case .unreachable: change = "unreachable"
        case .ended: change = "ended"
        }
    }
}

extension AdminV1.WakeEvent {
    fileprivate init(_ endpoint: EndpointName, _ beginning: FleetEvent.WakeBeginning, change: String) {
        self.init(
            endpoint: endpoint.text, change: change, seenGeneration: beginning.seenGeneration,
            owner: beginning.owner.name)
    }

    fileprivate init(
        _ endpoint: EndpointName, _ beginning: FleetEvent.WakeBeginning, _ ending: FleetEvent.WakeEnding
    ) {
        self.init(endpoint, beginning, change: "ended")
        outcome = ending.outcome
        waiters = UInt64(ending.waiters)
        tookMillis = ending.took.wholeMillis
    }
}

extension Duration {
    /// As messages have it; what is negative is nothing.
    var wholeMillis: UInt64 { UInt64(max(0, self / .milliseconds(1))) }
}
