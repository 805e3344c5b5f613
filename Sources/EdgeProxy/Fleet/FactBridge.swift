internal import FoundationEssentials
package import Gossip
internal import Synchronization

/// Between what gossip carries and what this proxy's caches hold, both ways.
///
/// In: a fact moves the location table and completes the wakes that wait for it. Out: what agents report is applied and
/// handed over before it is acknowledged. A fact that came in is not sent out again; spreading is gossip's own business.
package final class FactBridge: Sendable {
    private let table: LocationTable
    private let wakes: WakeCoordinator
    private let directory: RoleDirectory?
    /// Filled where agents are asked about their roles. `nil`: somebody else is.
    private let computes: ComputeBook?
    /// What agents say beyond where computes are. Gossip does not carry it.
    private let reports: ReportBook?
    private let outbox: FactOutbox
    private let events: EventHub
    private let revisions = Mutex(RevisionClock())
    private let reportedRevisions = Mutex(ReportedRevisions())
    private let unixMicros: @Sendable () -> UInt64

    /// - Parameter unixMicros: the time, for the numbers of changes that are heard of here.
    package init(
        table: LocationTable, wakes: WakeCoordinator, directory: RoleDirectory?, outbox: FactOutbox,
        unixMicros: @escaping @Sendable () -> UInt64 = { UInt64(max(0, Date().timeIntervalSince1970 * 1_000_000)) },
        events: EventHub = EventHub(), computes: ComputeBook? = nil, reports: ReportBook? = nil
    ) {
        self.reports = reports
        self.computes = computes
        self.unixMicros = unixMicros
        self.events = events
        self.table = table
        self.wakes = wakes
        self.directory = directory
        self.outbox = outbox
    }

    // MARK: - In

    /// Gossip learned this from others: ``GossipNode/Action/learned(_:)``. A hint like any other: whoever dials proves
    /// the compute's identity first.
    package func learned(_ fact: Fact) async {
        switch fact {
        case .endpoint(let fact): await apply(fact)
        case .secrets(let fact):
            revisions.withLock { $0.heard(fact.revision) }
            await directory?.invalidate(fact.endpoint.text, upTo: fact.revision)
            events.publish(.fact(.secrets(fact), from: .gossip))
        }
    }

    private func apply(_ fact: EndpointFact) async {
        switch fact.phase {
        case .running(let place):
            guard let location = ComputeLocation(place, of: fact.endpoint, at: fact.version) else { return }
            computes?.runs(location)
            reports?.began(fact.endpoint, generation: fact.version.generation)
            await wakes.learned(location, from: .gossip)
        case .unreachable:
            table.invalidate(fact.endpoint, upTo: fact.version, because: .unreachable)
            events.publish(.fact(.endpoint(fact), from: .gossip))
        case .ended:
            // Gossip that was told to forget learns the past again.
            let isNews = table.isNews(endOf: fact.endpoint, at: fact.version)
            computes?.ended(fact.endpoint, at: fact.version)
            reports?.ended(fact.endpoint, at: fact.version)
            table.invalidate(fact.endpoint, upTo: fact.version, because: .ended)
            if isNews { events.publish(.fact(.endpoint(fact), from: .gossip)) }
        }
    }

    // MARK: - Out

    /// An agent reported where its compute listens. Returns when it is applied here and gossip has it.
    package func reported(_ location: ComputeLocation) async {
        computes?.runs(location)
        await wakes.learned(location, from: .agent)
        await outbox.publish(location.fact)
    }

    /// An agent reported that its compute stops, has stopped or has failed: nobody dials it any more.
    package func reportedEnd(of endpoint: EndpointName, at version: FactVersion) async {
        await over(endpoint, upTo: version, phase: .ended, from: .agent)
    }

    /// An operator wants everybody to ask anew. A compute that runs after all is found again: the control plane's
    /// confirmation lifts such a floor.
    package func doubted(_ endpoint: EndpointName, upTo version: FactVersion) async {
        await over(endpoint, upTo: version, phase: .unreachable, from: .admin)
    }

    /// An operator has deleted the endpoint. Whatever bears its name later has later versions.
    package func deleted(_ endpoint: EndpointName, at version: FactVersion) async {
        await over(endpoint, upTo: version, phase: .ended, from: .admin)
    }

    private func over(
        _ endpoint: EndpointName, upTo version: FactVersion, phase: EndpointFact.Phase,
        from origin: FleetEvent.FactOrigin
    ) async {
        // Whoever watches hears of an agent's past once, and in order.
        let isNews = origin != .agent || table.isNews(endOf: endpoint, at: version)
        if phase == .ended {
            computes?.ended(endpoint, at: version)
            reports?.ended(endpoint, at: version)
        }
        table.invalidate(endpoint, upTo: version, because: phase == .ended ? .ended : .unreachable)
        let fact = Fact.endpoint(EndpointFact(endpoint: endpoint, version: version, phase: phase))
        if isNews { events.publish(.fact(fact, from: origin)) }
        await outbox.publish(fact)
    }

    /// An agent said more of its compute than where it is. Kept here, and told to those who watch when it has changed.
    ///
    /// - Returns: what has changed. `nil`: it is older than what is known.
    @discardableResult
    package func detailsReported(_ details: ReportedDetails, of endpoint: EndpointName) -> ReportedComputes.Change? {
        guard let change = reports?.heard(details, of: endpoint) else { return nil }
        if change.pageservers {
            events.publish(.reported(endpoint, details.version, .pageservers, detail: details.pageserverWords))
        }
        if change.scale {
            events.publish(.reported(endpoint, details.version, .scale, detail: details.scaleWords))
        }
        return change
    }

    /// An agent said that its roles' secrets are of this revision. Where they come from agents, every other one than the last is
    /// news; where the control plane tells them, one that follows another.
    ///
    /// - Returns: whether it was news.
    @discardableResult
    package func roleSecretsReported(of endpoint: EndpointName, generation: UInt64, revision: UInt64) async -> Bool {
        let isNews =
            if let computes {
                revision != 0 && computes.noteSecrets(of: endpoint, revision: revision)
            } else {
                reportedRevisions.withLock { $0.isChange(revision, of: endpoint, generation: generation, now: .now) }
            }
        // Under a number of the fleet's own: the agent's clock need not be ours.
        if isNews { await secretsChanged(of: endpoint) }
        return isNews
    }

    /// Somebody who knows, the control plane or an admin, said that what has been fetched of this endpoint so far, its
    /// roles' secrets and its settings, is of no use.
    ///
    /// - Parameter revision: the number that whoever knows gave the change, if any. Ours is at least as large, and larger
    ///   than every one heard before: the fleet's numbers are its own.
    /// - Returns: the number that the fleet hears.
    @discardableResult
    package func secretsChanged(of endpoint: EndpointName, revision: UInt64 = 0) async -> UInt64 {
        let revision = next(least: revision)
        await directory?.invalidate(endpoint.text, upTo: revision)
        let fact = Fact.secrets(SecretsFact(endpoint: endpoint, revision: revision))
        events.publish(.fact(fact, from: .admin))
        await outbox.publish(fact)
        return revision
    }

    /// The same by the name of an endpoint, or of a project or an account for all its endpoints. Gossip's facts about
    /// secrets have one name, and each member looks for whose it is.
    ///
    /// - Returns: whether gossip can carry the name. Otherwise only this proxy knows.
    package func secretsChanged(named name: String) async -> Bool {
        guard let subject = EndpointName(name) else {
            await directory?.invalidate(name, upTo: next())
            return false
        }
        await secretsChanged(of: subject)
        return true
    }

    private func next(least: UInt64 = 0) -> UInt64 {
        let now = unixMicros()
        return revisions.withLock { $0.next(unixMicros: now, least: least) }
    }
}

extension ComputeLocation {
    /// - Returns: `nil` when the place has no address to dial.
    package init?(_ place: ComputePlace, of endpoint: EndpointName, at version: FactVersion) {
        guard let address = NetworkAddress(place.address) else { return nil }
        self.init(
            endpoint: endpoint, version: version, host: address.host, port: address.port,
            serverName: place.serverName.isEmpty ? nil : place.serverName, computeID: place.computeID,
            agent: NetworkAddress(place.agentAddress))
    }

    /// What gossip says of it.
    package var fact: Fact {
        let place = ComputePlace(
            address: address, serverName: serverName ?? "", computeID: computeID, agentAddress: agent?.text ?? "")
        return .endpoint(EndpointFact(endpoint: endpoint, version: version, phase: .running(place)))
    }
}
