internal import Gossip

/// Clients: each wants one endpoint through one proxy before its deadline, and dials what the proxy finds.
extension Fleet {
    private static let patience: Span = .seconds(15)
    private static let dialTime: Span = .milliseconds(1)

    func clientComes() {
        guard now < configuration.workloadEnd else { return }
        schedule(.workload(.clientComes), after: workload.dice.exponential(mean: configuration.clientInterval))
        addClient(
            of: workload.dice.index(below: workload.databases.count), at: workload.dice.index(below: members.count))
    }

    /// - Returns: `nil` when no process takes it in.
    @discardableResult
    func addClient(of endpoint: Int, at host: Int) -> UInt64? {
        // A load balancer sends nobody to a proxy that says it drains.
        guard members[host].isUp, !members[host].isDraining, !members[host].isPaused else { return nil }
        workload.clientCounter += 1
        let id = workload.clientCounter
        workload.statistics.came += 1
        workload.clients[id] = Client(
            endpoint: endpoint, host: host, life: members[host].life, came: now, deadline: now + Self.patience)
        schedule(.workload(.clientGivesUp(client: id)), after: Self.patience)
        lookUp(id)
        return id
    }

    func lookUp(_ id: UInt64) {
        guard let client = workload.clients[id], client.waiter == nil else { return }
        if let location = members[client.host].locations.location(of: client.endpoint) {
            workload.clients[id]?.dialling = location
            return schedule(.workload(.clientDials(client: id)), after: Self.dialTime)
        }
        guard let waiter = members[client.host].waking?.desk.newWaiter() else { return }
        workload.clients[id]?.waiter = waiter
        let seen = members[client.host].locations.seenGeneration(of: client.endpoint)
        workload.clients[id]?.seen = seen
        members[client.host].waking?.waiters[waiter] = .client(id)
        drive(
            .wanted(
                by: waiter, workload.databases[client.endpoint].endpoint, seen: seen,
                deadline: members[client.host].clock.instant(at: client.deadline), WakeErrand(session: "s\(id)"),
                known: nil),
            at: client.host)
    }

    /// The wake that this client waited for has ended.
    func answered(_ id: UInt64, _ outcome: SimulatedOutcome) {
        guard let client = workload.clients[id] else { return }
        workload.clients[id]?.waiter = nil
        switch outcome {
        case .ready(let location):
            let found = LocationModel.Location(version: location.version, place: location.place)
            let isConfirmed = location.version.generation == client.seen
            if location.version.generation < client.seen {
                violate(client.host, "a client that saw \(client.seen) fail is given \(location.version)")
            }
            members[client.host].locations.fill(found, of: client.endpoint, isConfirmed: isConfirmed)
            workload.clients[id]?.dialling = found
            schedule(.workload(.clientDials(client: id)), after: Self.dialTime)
        case .failed:
            workload.statistics.refusals += 1
            schedule(
                .workload(.clientRetries(client: id)),
                after: workload.dice.span(.milliseconds(100), .milliseconds(500)))
        }
    }

    func dial(_ id: UInt64) {
        guard let client = workload.clients[id], let location = client.dialling else { return }
        workload.clients[id]?.dialling = nil
        let database = workload.databases[client.endpoint]
        if database.compute == .running, database.generation == location.version.generation {
            workload.statistics.served += 1
            workload.clients[id] = nil
            return
        }
        workload.statistics.failedDials += 1
        members[client.host].locations.invalidate(client.endpoint, upTo: location.version, hasEnded: false)
        let fact = EndpointFact(endpoint: database.endpoint, version: location.version, phase: .unreachable)
        publish(.endpoint(fact), at: client.host)
        lookUp(id)
    }

    func givesUp(_ id: UInt64) {
        guard let client = workload.clients.removeValue(forKey: id) else { return }
        workload.statistics.givenUp += 1
        if let waiter = client.waiter {
            members[client.host].waking?.waiters[waiter] = nil
            drive(.left(waiter), at: client.host)
        }
        if isProving {
            violate(client.host, "a client of \(client.endpoint) got nothing before its deadline, with nothing wrong")
        }
    }

    func clientsLostProxy(_ host: Int) {
        for id in workload.clients.keys.sorted() where workload.clients[id]?.host == host {
            workload.clients[id] = nil
            workload.statistics.cutOff += 1
        }
    }

    /// Something new is known at a proxy: its cache takes it, and whoever waits for it has it.
    func applyToCaches(_ fact: Fact, at host: Int) {
        guard case .endpoint(let fact) = fact, let number = number(of: fact.endpoint) else { return }
        switch fact.phase {
        case .running(let place):
            members[host].locations.fill(
                LocationModel.Location(version: fact.version, place: place), of: number, isConfirmed: false)
            guard let location = members[host].locations.location(of: number), location.version == fact.version else {
                return
            }
            drive(
                .learned(SimulatedLocation(endpoint: fact.endpoint, version: fact.version, place: place)), at: host)
        case .unreachable:
            members[host].locations.invalidate(number, upTo: fact.version, hasEnded: false)
        case .ended:
            members[host].locations.invalidate(number, upTo: fact.version, hasEnded: true)
        }
    }
}
