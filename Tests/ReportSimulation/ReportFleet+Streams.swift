internal import ComputeAgent
internal import FleetSimulation
internal import Gossip
internal import SidecarAPI

/// The streams between agents and whoever hears them.
extension ReportFleet {
    private static let shortestPause: Span = .milliseconds(50)
    private static let longestPause: Span = .seconds(2)
    private static let retransmission: Span = .milliseconds(200)
    /// How often a stopped process is looked at whether it runs again.
    private static let look: Span = .milliseconds(5)

    /// A stream to the next address, or a pause and another attempt.
    func connect(_ number: Int, _ listener: Listener) {
        guard let link = agents[number].process?.links[listener], link.stream == nil else { return }
        let host = agents[number].proxies[link.turn % agents[number].proxies.count]
        let isThere = listener == .controlPlane || fleet.members[host].isUp && !fleet.members[host].isPaused
        guard isThere, fleet.now >= agents[number].isCutOffUntil else { return retry(number, listener) }
        streamCounter += 1
        streams[streamCounter] = ReportStream(
            agent: number, life: agents[number].life,
            end: listener == .controlPlane ? .controlPlane : .proxy(host, life: fleet.members[host].life))
        agents[number].process?.links[listener]?.stream = streamCounter
        agents[number].process?.links[listener]?.queue.reconnected()
        pump(number, listener)
    }

    /// Everybody once before anybody twice, then pauses that grow.
    private func retry(_ number: Int, _ listener: Listener) {
        guard let link = agents[number].process?.links[listener] else { return }
        let choices = listener == .fleet ? agents[number].proxies.count : 1
        agents[number].process?.links[listener]?.stream = nil
        agents[number].process?.links[listener]?.failures += 1
        agents[number].process?.links[listener]?.turn += 1
        let rounds = link.failures + 1 - choices
        let grown = rounds < 0 ? .milliseconds(1) : Self.shortestPause * Double(1 << min(rounds, 10))
        after(
            min(grown, Self.longestPause) * (0.5 + dice.unit() / 2),
            .agentConnects(number, life: agents[number].life, listener))
    }

    func pump(_ number: Int, _ listener: Listener) {
        guard let id = agents[number].process?.links[listener]?.stream, var stream = streams[id] else { return }
        while let transition = next(number, listener) {
            if let complaint = truths[number].tell(transition) { fleet.violate(nil, "agent \(number): \(complaint)") }
            stream.lastThere = max(stream.lastThere, fleet.now + travel())
            if stream.lastThere <= stream.lostAfter {
                at(stream.lastThere, .arrived(stream: id, transition))
            }
        }
        streams[id] = stream
    }

    private func next(_ number: Int, _ listener: Listener) -> Transition? {
        guard configuration.mistake == .newestFirst else {
            return agents[number].process?.links[listener]?.queue.next()
        }
        var all: [Transition] = []
        while let next = agents[number].process?.links[listener]?.queue.next() { all.append(next) }
        agents[number].process?.links[listener]?.queue = ReportQueue(limit: SimulatedAgent.queueLimit)
        for transition in all.reversed().dropFirst() {
            agents[number].process?.links[listener]?.queue.append(transition)
        }
        return all.last
    }

    private func travel() -> Span {
        let delay = dice.logNormal(median: .microseconds(500), sigma: 0.6)
        return dice.chance(fleet.configuration.profile.loss) ? delay + Self.retransmission : delay
    }

    // MARK: - Breaking

    /// Nothing passes any more, but for what arrives within `lingering`.
    func breakOff(_ id: Int, lingering: Span) {
        guard let present = streams[id]?.lostAfter else { return }
        streams[id]?.lostAfter = min(present, fleet.now + lingering)
        statistics.brokenStreams += 1
    }

    /// A proxy has ended, or sends its agents away.
    func lost(_ host: Int) {
        if !fleet.members[host].isUp { proxies[host] = ReceivingProxy() }
        for id in streams.keys.sorted() {
            guard case .proxy(host, _)? = streams[id]?.end else { continue }
            breakOff(id, lingering: .zero)
            after(dice.span(.zero, .milliseconds(300)), .breakNoticed(stream: id))
        }
    }

    /// Nothing gets from this agent to anybody, or back, for a while.
    func cutOff(_ number: Int) {
        guard !isCalm else { return }
        after(dice.exponential(mean: configuration.cutInterval), .networkCuts(number))
        agents[number].isCutOffUntil = fleet.now + .seconds(dice.logUniform(0.01, 3))
        fleet.say(nil, "agent \(number) is cut off until \(agents[number].isCutOffUntil)")
        for listener in Listener.allCases {
            guard let stream = agents[number].process?.links[listener]?.stream else { continue }
            breakOff(stream, lingering: dice.chance(0.5) ? .zero : dice.span(.zero, .milliseconds(5)))
            after(dice.span(.zero, .milliseconds(500)), .breakNoticed(stream: stream))
        }
    }

    func noticeBreak(of id: Int) {
        guard let stream = streams[id], agents[stream.agent].life == stream.life else {
            streams[id] = nil
            return
        }
        streams[id] = nil
        for listener in Listener.allCases where agents[stream.agent].process?.links[listener]?.stream == id {
            if configuration.mistake == .sentCountsAsHeard,
                let last = agents[stream.agent].process?.log.transitions.last
            {
                agents[stream.agent].process?.links[listener]?.queue.acknowledged(through: last.version)
            }
            retry(stream.agent, listener)
        }
    }

    // MARK: - At the listener

    func arrived(_ transition: Transition, on id: Int) {
        guard let stream = streams[id], fleet.now <= stream.lostAfter else { return }
        streams[id]?.waiting.append(transition)
        drain(id)
    }

    func drain(_ id: Int) {
        guard let stream = streams[id], !stream.waiting.isEmpty else { return }
        if case .proxy(let host, let life) = stream.end {
            guard fleet.members[host].life == life else { return }
            guard !fleet.members[host].isPaused else { return after(Self.look, .listenerLooks(stream: id)) }
        }
        streams[id]?.waiting = []
        for transition in stream.waiting {
            if case .proxy(let host, let life) = stream.end, fleet.members[host].life != life { return }
            receive(transition, of: stream.agent, at: stream.end)
            acknowledge(transition.version, on: id)
        }
    }

    private func acknowledge(_ version: FactVersion, on id: Int) {
        guard var stream = streams[id] else { return }
        stream.lastBack = max(stream.lastBack, fleet.now + travel())
        if stream.lastBack <= stream.lostAfter { at(stream.lastBack, .acknowledged(stream: id, version)) }
        streams[id] = stream
    }

    func acknowledged(_ version: FactVersion, on id: Int) {
        guard let stream = streams[id], agents[stream.agent].life == stream.life, fleet.now <= stream.lostAfter else {
            return
        }
        for listener in Listener.allCases where agents[stream.agent].process?.links[listener]?.stream == id {
            agents[stream.agent].process?.links[listener]?.failures = 0
            agents[stream.agent].process?.links[listener]?.queue.acknowledged(through: version)
        }
        exitIfHeard(stream.agent)
    }
}
