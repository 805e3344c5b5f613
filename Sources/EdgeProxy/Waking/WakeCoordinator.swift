package import Gossip
package import Logging
internal import Synchronization

/// Wakes endpoints with one request for the whole fleet (design §6): cache, own flight, owner, control plane.
///
/// Two decks. *Asking* coalesces this process's sessions into one question per endpoint to the owner. *Owning* coalesces
/// everybody's questions, members' and our own, into one call to the control plane for the endpoints that are ours.
package final class WakeCoordinator: Waker {
    private let me: MemberID
    private let members: [MemberID]
    private let table: LocationTable
    private let asking: FlightDeck
    private let owning: FlightDeck
    private let walk: RankWalk
    private let metrics: EdgeMetrics

    package init(
        me: MemberID, members: [MemberID], table: LocationTable, peers: any PeerCalls,
        controlPlane: any WakeCalls, wakeLimit: Duration, metrics: EdgeMetrics, logger: Logger
    ) {
        // Inside an asking flight, here or at a member: it ends before, so that those hear its own words.
        let owned = OwnedWake(controlPlane: controlPlane, table: table, logger: logger)
        let owning = FlightDeck(flightLimit: max(wakeLimit - FlightDeck.farewell * 2, wakeLimit / 2)) {
            launch, session, deadline in
            await owned.execute(launch, session: session, deadline: deadline)
        }
        let walk = RankWalk(
            me: me, members: members, table: table, peers: peers, owning: owning, metrics: metrics, logger: logger)
        self.me = me
        self.members = members
        self.table = table
        self.metrics = metrics
        self.walk = walk
        self.owning = owning
        self.asking = FlightDeck(flightLimit: wakeLimit) { launch, session, deadline in
            await walk.wake(
                PeerWake(
                    endpoint: launch.endpoint, seen: launch.seen, hops: 0, session: session, deadline: deadline))
        }
    }

    /// Carries flights out until its task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.asking.run() }
            group.addTask { await self.owning.run() }
        }
    }

    // MARK: - Sessions

    package func location(
        of endpoint: EndpointName, session: SessionContext, deadline: ContinuousClock.Instant
    ) async throws(WakeFailure) -> Located {
        if let location = table.lookUp(endpoint) { return Located(location: location, isCached: true) }
        let landing: FlightDeck.Landing
        do {
            landing = try await asking.land(at: endpoint, session: session, deadline: deadline) { [table] in
                if let location = table.peek(endpoint) { return .known(location) }
                return .laterThan(table.seenGeneration(of: endpoint))
            }
        } catch {
            countCoalesced(hasJoined: error.reason != .cancelled, outcome: error.reason.rawValue)
            throw error
        }
        countCoalesced(hasJoined: landing.hasJoined, outcome: EdgeMetrics.success)
        return Located(location: landing.location, isCached: landing.wasKnown)
    }

    package func invalidate(_ endpoint: EndpointName, upTo version: FactVersion) {
        table.invalidate(endpoint, upTo: version, because: .unreachable)
    }

    // MARK: - Members and agents

    /// Another member asks: answers as the owner, or passes the question on once when somebody else is.
    package func wake(_ request: PeerWake) async -> WakeFlights.Outcome {
        let owner = Rendezvous.ranked(members, for: request.endpoint).first
        guard owner == me || request.hops >= PeerWake.hopLimit else {
            var passedOn = request
            passedOn.hops += 1
            return await walk.wake(passedOn)
        }
        return await walk.wakeAsOwner(request)
    }

    /// An agent reported where its compute listens.
    package func reported(_ location: ComputeLocation) async {
        guard table.fill(location, as: .fresh) else { return }
        await asking.learned(location)
        await owning.learned(location)
    }

    /// An agent reported that its compute stops, has stopped or has failed: nobody dials it any more.
    package func reportedEnd(of endpoint: EndpointName, at version: FactVersion) {
        table.invalidate(endpoint, upTo: version, because: .ended)
    }

    /// Wakes on their way here: asked of the owner, or executed as the owner.
    package var flightCount: Int {
        get async { await asking.flightCount + owning.flightCount }
    }

    private func countCoalesced(hasJoined: Bool, outcome: String) {
        if hasJoined { metrics.wakeRequest(via: .coalesced, outcome: outcome) }
    }
}
