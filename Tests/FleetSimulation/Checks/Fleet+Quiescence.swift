internal import Gossip

/// What must hold once nothing goes wrong any more and nobody wants anything.
extension Fleet {
    /// - Returns: `nil` when all who run agree with each other and with what is so; otherwise the first difference.
    package func disagreement() -> String? {
        let up = members.indices.filter { members[$0].isUp }
        if up.count < members.count { return "\(members.count - up.count) hosts are down" }
        let roots = up.compactMap { members[$0].node?.core.stateRoot }
        if let first = roots.first, let other = roots.firstIndex(where: { $0 != first }) {
            return "roots differ: host \(up[0]) has \(first), host \(up[other]) has \(roots[other])"
        }
        for host in up {
            if let difference = differenceInView(of: host, up: up) { return "host \(host) \(difference)" }
        }
        for database in workload.databases {
            if let difference = difference(about: database, up: up) { return difference }
        }
        return unsettledWork()
    }

    /// - Returns: `nil` when all who run see each other, and know the same.
    package func viewDisagreement() -> String? {
        let up = members.indices.filter { members[$0].isUp }
        let roots = up.compactMap { members[$0].node?.core.stateRoot }
        if roots.contains(where: { $0 != roots[0] }) { return "roots differ" }
        for host in up {
            if let difference = differenceInView(of: host, up: up) { return "host \(host) \(difference)" }
        }
        return nil
    }

    private func differenceInView(of host: Int, up: [Int]) -> String? {
        guard let reports = members[host].node?.core.members else { return nil }
        let live = reports.filter { $0.health.isLive }
        for report in live {
            if report.health == .suspect { return "suspects \(report.card.name)" }
            guard let other = up.first(where: { members[$0].name == report.card.name }) else {
                return "holds \(report.card.name) for alive"
            }
            if members[other].process != report.card.process {
                return "knows process \(report.card.process) of \(report.card.name), it is \(members[other].process)"
            }
            if report.card.isDraining { return "holds \(report.card.name) for draining" }
            if report.card.keyIDs != members[other].keyIDs {
                return "knows keys \(report.card.keyIDs) of \(report.card.name)"
            }
        }
        if live.count != up.count { return "sees \(live.count) of \(up.count) alive" }
        return nil
    }

    private func difference(about database: Database, up: [Int]) -> String? {
        let facts = up.map { members[$0].node?.core.fact(of: database.endpoint) }
        if let other = facts.firstIndex(where: { $0 != facts[0] }) {
            return
                "\(database.endpoint): host \(up[0]) knows \(Self.text(facts[0])), host \(up[other]) knows \(Self.text(facts[other]))"
        }
        let revisions = up.map { members[$0].node?.core.secretsRevision(of: database.endpoint) }
        if revisions.contains(where: { $0 != revisions[0] }) {
            return "\(database.endpoint): secrets' revisions \(revisions)"
        }
        guard database.agent.isSettled, let latest = database.agent.latest, bitFlipsSeen == 0 else {
            return database.agent.latest == nil || bitFlipsSeen > 0 ? nil : "agent \(database.number) is unheard"
        }
        // Whoever failed to dial it says so under the same version.
        if (facts.first ?? nil)?.version != latest.version {
            return "\(database.endpoint): \(Self.text(facts[0])) known, its agent said \(latest.version)"
        }
        return nil
    }

    private static func text(_ fact: EndpointFact??) -> String {
        guard let fact = fact ?? nil else { return "nothing" }
        return "\(fact.version) \(fact.phase)"
    }

    private func unsettledWork() -> String? {
        if !workload.clients.isEmpty { return "\(workload.clients.count) clients wait" }
        for host in members.indices {
            if let waking = members[host].waking, !waking.isIdle {
                return "host \(host) has \(waking.desk.flightCount) flights, \(waking.desk.waiterCount) waiters, "
                    + "\(waking.desk.askCount) questions, \(waking.incoming.count) calls"
            }
            guard let counters = members[host].node?.core.counters else { continue }
            if counters.spreadQueue > 0 {
                return "host \(host) still has \(counters.spreadQueue) pieces of news to spread"
            }
        }
        return nil
    }

    package var totalTraffic: Traffic {
        members.reduce(into: Traffic()) {
            $0.datagrams += $1.traffic.datagrams
            $0.bytes += $1.traffic.bytes
            $0.streamCalls += $1.traffic.streamCalls
        }
    }
}
