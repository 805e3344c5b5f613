internal import Gossip

/// Calls to the control plane: what it does for each, and what must never be asked of it.
extension Fleet {
    /// An owner's flight reaches its end: one call, from the process that has the flight.
    func requestWake(
        of endpoint: EndpointName, _ key: WakeKey, flight: WakeFlightID, until deadline: Moment, at host: Int
    ) {
        guard let number = number(of: endpoint) else { return }
        let request = ControlPlane.Request(
            endpoint: number, key: key, flight: flight, host: host, life: members[host].life, deadline: deadline)
        let id = workload.controlPlane.requests.count
        workload.controlPlane.requests.append(request)
        workload.statistics.requests += 1
        workload.controlPlane.underWay[number] += 1
        checkRequest(request)
        say(host, "asks the control plane to wake \(key.text(for: endpoint))")
        schedule(.workload(.requestArrived(request: id)), after: workload.controlPlane.wayThere())
        // A caller gives up by itself in the end.
        queue.schedule(.workload(.requestAnswered(request: id, generation: nil)), at: max(now, deadline))
    }

    /// While nothing is wrong and everybody agrees: one call at a time, and one per question.
    private func checkRequest(_ request: ControlPlane.Request) {
        guard isProving else { return }
        let keyed = ControlPlane.KeyedEndpoint(endpoint: request.endpoint, key: request.key)
        let count = workload.controlPlane.asked[keyed, default: 0] + 1
        workload.controlPlane.asked[keyed] = count
        let name = workload.databases[request.endpoint].endpoint
        if count > 1 { violate(request.host, "asks \(request.key.text(for: name)) once more, with nothing wrong") }
        if workload.controlPlane.underWay[request.endpoint] > 1 {
            violate(request.host, "wakes \(name) while another wake is under way, with nothing wrong")
        }
    }

    /// Nobody waits any more for what this process asked.
    func requestsLostProxy(_ host: Int) {
        for id in workload.controlPlane.requests.indices {
            let request = workload.controlPlane.requests[id]
            guard request.host == host, request.isUnderWay else { continue }
            workload.controlPlane.requests[id].isUnderWay = false
            workload.controlPlane.underWay[request.endpoint] -= 1
        }
    }

    func requestArrived(_ id: Int) {
        let request = workload.controlPlane.requests[id]
        if workload.controlPlane.fails(), workload.controlPlane.dice.chance(0.5) { return fail(id) }
        // Under way or running: that one is the answer. So a key is honoured as long as its compute lives.
        let isRepeated = workload.controlPlane.underWay[request.endpoint] > 1
        switch workload.databases[request.endpoint].compute {
        case .none:
            start(request.endpoint)
            if workload.controlPlane.executesTwice() { start(request.endpoint) }
        case .starting where workload.controlPlane.trouble == .ignoresKeys && isRepeated: start(request.endpoint)
        case .starting, .running: break
        }
        // Done, and nobody told.
        if workload.controlPlane.fails() { return fail(id) }
        answerWhenRunning(id)
    }

    private func start(_ number: Int) {
        workload.databases[number].generation += 1
        workload.databases[number].compute = .starting
        workload.statistics.starts += 1
        let generation = workload.databases[number].generation
        say(nil, "control plane starts \(workload.databases[number].endpoint) generation \(generation)")
        schedule(
            .workload(.computeStarted(endpoint: number, generation: generation)),
            after: workload.controlPlane.startTime())
    }

    /// Looks every 10 ms whether the compute is there.
    func answerWhenRunning(_ id: Int) {
        let request = workload.controlPlane.requests[id]
        guard request.isUnderWay else { return }
        let database = workload.databases[request.endpoint]
        switch database.compute {
        case .running:
            let back = workload.controlPlane.dice.logNormal(median: .milliseconds(5), sigma: 0.5)
            schedule(.workload(.requestAnswered(request: id, generation: database.generation)), after: back)
        case .starting: schedule(.workload(.requestWaits(request: id)), after: .milliseconds(10))
        // Ended again before it could be told: the caller asks anew.
        case .none: fail(id)
        }
    }

    private func fail(_ id: Int) {
        let back = workload.controlPlane.dice.logNormal(median: .milliseconds(5), sigma: 0.5)
        schedule(.workload(.requestAnswered(request: id, generation: nil)), after: back)
    }

    /// At the proxy that asked.
    func requestAnswered(_ id: Int, generation: UInt64?) {
        let request = workload.controlPlane.requests[id]
        guard request.isUnderWay else { return }
        workload.controlPlane.requests[id].isUnderWay = false
        workload.controlPlane.requests[id].hasFailed = generation == nil
        workload.controlPlane.underWay[request.endpoint] -= 1
        guard members[request.host].life == request.life else { return }
        guard let generation else {
            return drive(.executed(request.flight, .failed(.controlPlaneFailed)), at: request.host)
        }
        let database = workload.databases[request.endpoint]
        let location = LocationModel.Location(
            version: FactVersion(generation: generation, sequence: 0), place: database.place(ofGeneration: generation))
        members[request.host].locations.fill(
            location, of: request.endpoint, isConfirmed: generation == request.key.seen)
        drive(
            .executed(
                request.flight,
                .ready(
                    SimulatedLocation(endpoint: database.endpoint, version: location.version, place: location.place))),
            at: request.host)
        guard members[request.host].life == request.life, generation > request.key.seen else { return }
        publish(
            .endpoint(
                EndpointFact(endpoint: database.endpoint, version: location.version, phase: .running(location.place))),
            at: request.host)
    }

    // MARK: - Events

    func happen(_ event: WorkloadEvent) {
        switch event {
        case .clientComes: clientComes()
        case .clientArrives(let endpoint, let host): addClient(of: endpoint, at: host)
        case .clientDials(let client): dial(client)
        case .clientRetries(let client): lookUp(client)
        case .clientGivesUp(let client): givesUp(client)
        case .agentActs(let endpoint): agentActs(endpoint)
        case .agentConnects(let endpoint): pumpAgent(endpoint)
        case .computeStarted(let endpoint, let generation): computeStarted(endpoint, generation: generation)
        case .requestArrived(let request): requestArrived(request)
        case .requestWaits(let request): answerWhenRunning(request)
        case .requestAnswered(let id, let generation):
            let request = workload.controlPlane.requests[id]
            guard request.isUnderWay else { return }
            if members[request.host].life == request.life, members[request.host].isBusy {
                return receive(.workload(event), at: request.host)
            }
            requestAnswered(id, generation: generation)
        case .wakeTimer(let host, let life, _), .askLost(let host, let life, _), .wakeBeat(let host, let life, _):
            guard members[host].life == life else { return }
            if members[host].isBusy { return receive(.workload(event), at: host) }
            happenHere(event)
        case .callCancelled(let host, let call): cancelled(call, at: host)
        }
    }

    /// What a stopped process does later.
    func happenHere(_ event: WorkloadEvent) {
        switch event {
        case .wakeTimer(let host, _, let token): wakeTimerFired(host, token: token)
        case .askLost(let host, _, let ask): askLost(host, ask: ask)
        case .wakeBeat(let host, let life, let call): beat(host, life: life, call: call)
        case .requestAnswered(let request, let generation): requestAnswered(request, generation: generation)
        default: happen(event)
        }
    }
}
