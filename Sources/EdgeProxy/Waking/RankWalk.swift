package import Gossip
package import Logging

/// Takes one question to the owner, and from there down the ranks until somebody answers: oneself at the latest.
package struct RankWalk: Sendable {
    /// Between two walks, when what the first one brought has already ended.
    private static let pause: Duration = .milliseconds(100)

    private let me: MemberID
    private let members: [MemberID]
    private let table: LocationTable
    private let peers: any PeerCalls
    private let owning: FlightDeck
    private let metrics: EdgeMetrics
    private let logger: Logger
    private let silence = SilentMembers()

    package init(
        me: MemberID, members: [MemberID], table: LocationTable, peers: any PeerCalls, owning: FlightDeck,
        metrics: EdgeMetrics, logger: Logger
    ) {
        self.me = me
        self.members = members
        self.table = table
        self.peers = peers
        self.owning = owning
        self.metrics = metrics
        self.logger = logger
    }

    package func wake(_ request: PeerWake) async -> WakeFlights.Outcome {
        var request = request
        while true {
            let outcome = await walk(request)
            guard case .ready(let location) = outcome, table.hasEnded(location) else { return outcome }
            // The answer crossed its own end on the way: ask for a later one.
            guard .now + Self.pause < request.deadline, (try? await Task.sleep(for: Self.pause)) != nil else {
                return .failed(
                    WakeFailure(reason: .temporarilyUnavailable, detail: "\(location.version) has already ended"))
            }
            request.seen = max(request.seen, table.seenGeneration(of: request.endpoint))
        }
    }

    private func walk(_ request: PeerWake) async -> WakeFlights.Outcome {
        for member in Rendezvous.ranked(members, for: request.endpoint) where member != me {
            // Nobody behind oneself is asked: when all before are silent, one is the owner.
            guard isBeforeMe(member, for: request.endpoint) else { break }
            guard !silence.covers(member, at: .now) else { continue }
            switch await peers.wake(request, at: member) {
            case .outcome(let outcome):
                metrics.wakeRequest(via: .peer, outcome: outcome.word)
                if case .ready(let location) = outcome { take(location, seen: request.seen) }
                return outcome
            case .silent(let detail):
                silence.noticed(of: member, at: .now)
                logger.warning(
                    "a member does not answer; asking the next rank",
                    metadata: ["member": "\(member)", "ep": "\(request.endpoint)", "detail": "\(detail)"])
            }
        }
        return await wakeAsOwner(request)
    }

    /// Joins or starts this proxy's own call to the control plane.
    package func wakeAsOwner(_ request: PeerWake) async -> WakeFlights.Outcome {
        let endpoint = request.endpoint
        do {
            let landing = try await owning.land(
                at: endpoint, session: request.session, deadline: request.deadline
            ) { [table] in
                if let location = table.peek(endpoint), location.version.generation > request.seen {
                    return .known(location)
                }
                return .laterThan(max(request.seen, table.seenGeneration(of: endpoint)))
            }
            metrics.wakeRequest(via: landing.hasJoined ? .coalesced : .owner, outcome: EdgeMetrics.success)
            return .ready(landing.location)
        } catch {
            metrics.wakeRequest(via: .owner, outcome: error.reason.rawValue)
            return .failed(error)
        }
    }

    private func isBeforeMe(_ member: MemberID, for endpoint: EndpointName) -> Bool {
        Rendezvous.ranked([member, me], for: endpoint).first == member
    }

    private func take(_ location: ComputeLocation, seen: UInt64) {
        table.fill(location, as: location.version.generation == seen ? .confirmed : .fresh)
    }
}

extension WakeFlights.Outcome {
    /// For metrics: `ok` or the reason.
    package var word: String {
        switch self {
        case .ready: EdgeMetrics.success
        case .failed(let failure): failure.reason.rawValue
        }
    }
}
