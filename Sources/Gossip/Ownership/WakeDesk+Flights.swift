// How flights are carried out: walks for those that ask, takeovers for those that own.

extension WakeDesk {
    // MARK: - Walks

    mutating func startWalk(_ launch: Flights.Launch, at now: GossipInstant, into actions: inout [Action]) {
        let walk = Walk(
            configuration, endpoint: launch.endpoint, key: launch.key, deadline: launch.deadline, view: view)
        walks[launch.flight] = Walking(walk: walk, launch: launch, errand: errand(of: launch.waiter))
        drive(walk: launch.flight, .begun, at: now, into: &actions)
    }

    mutating func drive(
        walk flight: WakeFlightID, _ input: Walk.Input, at now: GossipInstant, into actions: inout [Action]
    ) {
        guard var walking = walks[flight] else { return }
        var decided: [Walk.Action] = []
        walking.walk.handle(input, at: now, hedging: &hedging, using: &dice, into: &decided)
        walks[flight] = walking
        for action in decided {
            switch action {
            case .ask(let member, let call):
                let id = newAsk(.walk(flight), of: member)
                actions.append(.ask(id, member, call, deadline: walking.launch.deadline, walking.errand))
            case .execute(let key, let predecessors):
                let waiter = newWalker(for: flight, walking.errand)
                walks[flight]?.waiter = waiter
                own(
                    waiter,
                    Flights.Question(
                        endpoint: walking.launch.endpoint, key: key,
                        suspected: WakeReception.predecessors(
                            of: view.me, among: predecessors, for: walking.launch.endpoint),
                        deadline: walking.launch.deadline),
                    at: now, into: &actions)
            case .finish(let outcome):
                endWalk(flight, outcome, under: walking.walk.key, at: now, into: &actions)
            }
        }
        timers.set(.walk(flight), at: walks[flight]?.walk.dueAt)
    }

    mutating func endWalk(
        _ flight: WakeFlightID, _ outcome: Outcome, under key: WakeKey?, at now: GossipInstant,
        into actions: inout [Action]
    ) {
        guard let walking = walks.removeValue(forKey: flight) else { return }
        timers.set(.walk(flight), at: nil)
        giveUp(.walk(flight), into: &actions)
        if let waiter = walking.waiter { drop(walker: waiter) }
        carryOut(asking.settled(flight, outcome, under: key, now: now), at: now, into: &actions)
    }

    // MARK: - Takeovers and executions

    mutating func startOwned(_ launch: Flights.Launch, at now: GossipInstant, into actions: inout [Action]) {
        let takeover = Takeover(
            configuration, endpoint: launch.endpoint, key: launch.key, deadline: launch.deadline,
            predecessors: launch.suspected)
        owned[launch.flight] = Owned(takeover: takeover, launch: launch, errand: errand(of: launch.waiter))
        drive(takeover: launch.flight, .begun, at: now, into: &actions)
    }

    mutating func drive(
        takeover flight: WakeFlightID, _ input: Takeover.Input, at now: GossipInstant, into actions: inout [Action]
    ) {
        guard var owned = owned[flight] else { return }
        var decided: [Takeover.Action] = []
        owned.takeover.handle(input, at: now, into: &decided)
        self.owned[flight] = owned
        let (endpoint, deadline) = (owned.launch.endpoint, owned.launch.deadline)
        for action in decided {
            switch action {
            case .askState(let member):
                actions.append(.askState(newAsk(.probe(flight), of: member), member, endpoint))
            case .forward(let member, let call):
                giveUp(.takeover(flight), of: member, into: &actions)
                let id = newAsk(.takeover(flight), of: member)
                actions.append(.ask(id, member, call, deadline: deadline, owned.errand))
            case .execute(let key):
                giveUp(.probe(flight), into: &actions)
                actions.append(.execute(flight, endpoint, key, deadline: deadline, owned.errand))
            case .finish(let outcome):
                endOwned(flight, outcome, at: now, into: &actions)
            }
        }
        timers.set(.takeover(flight), at: self.owned[flight]?.takeover.dueAt)
    }

    mutating func endOwned(
        _ flight: WakeFlightID, _ outcome: Outcome, at now: GossipInstant, into actions: inout [Action]
    ) {
        guard let ended = owned.removeValue(forKey: flight) else { return }
        timers.set(.takeover(flight), at: nil)
        giveUp(.takeover(flight), into: &actions)
        giveUp(.probe(flight), into: &actions)
        carryOwned(
            owning.settled(flight, outcome, under: ended.takeover.key, now: now), at: now, into: &actions)
    }

    // MARK: - Asks

    mutating func heard(
        _ reply: WakeReply<Location, Failure>, to id: WakeAskID, at now: GossipInstant, into actions: inout [Action]
    ) {
        // Given up while it was on its way.
        guard let ask = asks[id] else { return }
        switch reply {
        case .beat: break
        case .settled, .redirected, .state, .lost: end(id)
        }
        switch ask.asker {
        case .walk(let flight):
            drive(walk: flight, walkInput(reply, from: ask.member), at: now, into: &actions)
        case .takeover(let flight):
            drive(takeover: flight, takeoverInput(reply, from: ask.member), at: now, into: &actions)
        case .probe(let flight):
            let input: Takeover.Input =
                if case .state(let state) = reply { .stateHeard(ask.member, state) } else { .stateLost(ask.member) }
            drive(takeover: flight, input, at: now, into: &actions)
        }
    }

    private func walkInput(_ reply: WakeReply<Location, Failure>, from member: MemberID) -> Walk.Input {
        switch reply {
        case .beat(let key): .beatHeard(member, key)
        case .settled(let outcome): .answered(member, outcome)
        case .redirected(let owner): .redirected(by: member, to: owner)
        case .state, .lost: .streamReset(member)
        }
    }

    private func takeoverInput(_ reply: WakeReply<Location, Failure>, from member: MemberID) -> Takeover.Input {
        switch reply {
        case .beat(let key): .beatHeard(member, key)
        case .settled(let outcome): .answered(member, outcome)
        // Asked at the hop limit, it was to answer by itself.
        case .redirected, .state, .lost: .streamReset(member)
        }
    }

    private mutating func end(_ id: WakeAskID) {
        guard let ask = asks.removeValue(forKey: id) else { return }
        asksOf[ask.asker]?.removeAll { $0 == id }
        if asksOf[ask.asker]?.isEmpty == true { asksOf[ask.asker] = nil }
    }

    /// - Parameter member: `nil` for every question of this asker.
    private mutating func giveUp(_ asker: Asker, of member: MemberID? = nil, into actions: inout [Action]) {
        for id in asksOf[asker] ?? [] where member == nil || asks[id]?.member == member {
            end(id)
            actions.append(.giveUp(id))
        }
    }
}
