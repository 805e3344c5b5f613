internal import Gossip

/// Agents: what they report, to whom, and what they do when that proxy goes away.
extension Fleet {
    private static let reportTimeout: Span = .seconds(1)
    private static let unacknowledgedLimit = 64

    func beginWorkload() {
        guard !workload.databases.isEmpty, configuration.workloadEnd > .zero else { return }
        schedule(.workload(.clientComes), after: configuration.startWithin)
        for database in workload.databases {
            schedule(
                .workload(.agentActs(endpoint: database.number)),
                after: workload.dice.exponential(mean: configuration.transitionInterval))
        }
    }

    /// The agent moves on: refreshes its configuration, or suspends the compute.
    func agentActs(_ number: Int) {
        guard now < configuration.workloadEnd else { return }
        let wait = workload.dice.exponential(mean: configuration.transitionInterval)
        schedule(.workload(.agentActs(endpoint: number)), after: wait)
        if workload.dice.chance(0.2) { changeSecrets(of: number) }
        guard workload.databases[number].compute == .running else { return }
        if workload.dice.chance(0.4) { suspend(number) } else { report(number, isRunning: true) }
    }

    /// Somebody changes a password; some proxy is the first to hear of it.
    private func changeSecrets(of number: Int) {
        let host = workload.dice.index(below: members.count)
        workload.databases[number].revision += 1
        let database = workload.databases[number]
        publish(.secrets(SecretsFact(endpoint: database.endpoint, revision: database.revision)), at: host)
    }

    /// Says that the compute ends, and ends it.
    func suspend(_ number: Int) {
        report(number, isRunning: false)
        workload.databases[number].compute = .none
        say(nil, "compute \(number) suspends generation \(workload.databases[number].generation)")
    }

    /// Dies without a word; its agent with it, sometimes, and sometimes that is left to tell.
    func crashCompute(_ number: Int) {
        guard number < workload.databases.count, workload.databases[number].compute == .running else { return }
        let isHostLost = workload.dice.chance(0.5)
        say(nil, "compute \(number) dies at generation \(workload.databases[number].generation)")
        if isHostLost {
            workload.databases[number].agent = AgentLink()
        } else {
            report(number, isRunning: false)
        }
        workload.databases[number].compute = .none
    }

    func computeStarted(_ number: Int, generation: UInt64) {
        guard workload.databases[number].generation == generation, workload.databases[number].compute == .starting
        else { return }
        say(nil, "compute \(number) runs generation \(generation)")
        workload.databases[number].compute = .running
        // The agent of an earlier start has gone with it.
        workload.databases[number].agent = AgentLink()
        workload.databases[number].sequence = 0
        report(number, isRunning: true)
    }

    private func report(_ number: Int, isRunning: Bool) {
        workload.databases[number].sequence += 1
        let database = workload.databases[number]
        let fact = EndpointFact(
            endpoint: database.endpoint,
            version: FactVersion(generation: database.generation, sequence: database.sequence),
            phase: isRunning ? .running(database.place(ofGeneration: database.generation)) : .ended)
        workload.databases[number].agent.latest = fact
        workload.databases[number].agent.unacknowledged.append(fact)
        if database.agent.unacknowledged.count >= Self.unacknowledgedLimit {
            workload.databases[number].agent.unacknowledged.removeFirst()
        }
        pumpAgent(number)
    }

    /// Sends what is unacknowledged; on a new stream at least the latest fact.
    func pumpAgent(_ number: Int) {
        let agent = workload.databases[number].agent
        guard !agent.isReporting, let latest = agent.latest else { return }
        let facts = agent.proxy == nil && agent.unacknowledged.isEmpty ? [latest] : agent.unacknowledged
        guard !facts.isEmpty else { return }
        let host = agent.proxy?.host ?? workload.dice.index(below: members.count)
        workload.databases[number].agent.isReporting = true
        let report = AgentReport(endpoint: number, facts: facts)
        begin(.report(report), from: .agent(endpoint: number), to: host, timeout: Self.reportTimeout)
    }

    /// At the proxy: applied and handed to gossip first, acknowledged then.
    func reported(_ report: AgentReport, to host: Int, in call: Call) {
        let life = members[host].life
        for fact in report.facts where members[host].life == life {
            applyToCaches(.endpoint(fact), at: host)
            publish(.endpoint(fact), at: host)
        }
        guard members[host].life == life, let last = report.facts.last else { return reply(.refused, to: call) }
        reply(.reported(upTo: last.version, life: life), to: call)
    }

    func reportAcknowledged(upTo version: FactVersion, life: Int, of call: Call) {
        guard case .agent(let number) = call.caller else { return }
        workload.databases[number].agent.isReporting = false
        workload.databases[number].agent.unacknowledged.removeAll { $0.version <= version }
        if members[call.to].life == life, members[call.to].isUp {
            workload.databases[number].agent.proxy = (call.to, life)
            pumpAgent(number)
        } else {
            reconnectAgent(number)
        }
    }

    func reportBroke(_ call: Call) {
        guard case .agent(let number) = call.caller else { return }
        workload.databases[number].agent.isReporting = false
        reconnectAgent(number)
    }

    private func reconnectAgent(_ number: Int) {
        workload.databases[number].agent.proxy = nil
        schedule(
            .workload(.agentConnects(endpoint: number)),
            after: workload.dice.span(.milliseconds(20), .milliseconds(300)))
    }

    func processStarted(_ host: Int) {
        members[host].locations = LocationModel(endpoints: workload.databases.count)
        startWaking(at: host)
    }

    func processEnded(_ host: Int) {
        agentsLostProxy(host)
        stopWaking(at: host)
    }

    func agentsLostProxy(_ host: Int) {
        agentsLost?(host)
        for database in workload.databases where database.agent.proxy?.host == host {
            reconnectAgent(database.number)
        }
    }
}
