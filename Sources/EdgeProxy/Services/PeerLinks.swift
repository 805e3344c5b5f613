package import GRPCLite
package import Gossip
internal import SidecarAPI
internal import Synchronization
internal import Telemetry

/// The links to the other members, and what is asked over them. One per member and run of it: made when first needed,
/// let go when the member has another address, another run, or is no member any more.
package final class PeerLinks: PeerCalls, LoginPeers {
    private struct Link: Sendable {
        var grpc: NetworkAddress
        var process: ProcessID?
        var channel: any GRPCChannel
    }

    private static let signOfLifeLimit: Duration = .seconds(1)
    /// For one step of a repair.
    private static let repairLimit: Duration = .seconds(8)
    /// For a login to be handed over.
    private static let deliveryLimit: Duration = .seconds(5)
    /// From one look at the other members to the next.
    private static let warmingInterval: Duration = .seconds(10)

    package enum Liveness: Equatable, Sendable {
        case alive(isDraining: Bool, process: ProcessID?)
        case unreachable
    }

    let fleet: FleetView
    private let gossip: FleetGossip
    private let open: @Sendable (FleetMember) -> any GRPCChannel
    private let links = Mutex<[MemberID: Link]>([:])

    /// - Parameter open: a channel to this member, mutually verified, to exactly this member. Connects by itself; closes
    ///   when nobody holds it any more and its calls have ended.
    package init(
        fleet: FleetView, gossip: FleetGossip, open: @escaping @Sendable (FleetMember) -> any GRPCChannel
    ) {
        self.fleet = fleet
        self.gossip = gossip
        self.open = open
    }

    // MARK: - Wakes

    package func wake(
        _ call: WakeCall, for errand: WakeErrand, deadline: ContinuousClock.Instant, at member: MemberID,
        hear: @Sendable (ComputeWakeReply) async -> Void
    ) async {
        guard let channel = channel(to: member) else { return await hear(.lost) }
        let remaining = max(deadline - .now, .zero)
        let message = PeerV1.WakeRequest(call, errand: errand, remaining: remaining)
        do {
            var options = CallOptions(timeout: remaining)
            if let trace = errand.trace { options.metadata.append(name: TraceContext.header, value: trace) }
            let progress = try await PeerV1.PeerClient(channel).wake(message, options: options)
            for try await progress in progress {
                guard let reply = await reply(progress, of: member, to: call) else { continue }
                await hear(reply)
            }
        } catch {
            guard ContinuousClock.now < deadline else { return await hear(.settled(.failed(.outOfTime))) }
            await hear(.lost)
        }
    }

    private func reply(
        _ progress: PeerV1.WakeProgress, of member: MemberID, to call: WakeCall
    ) async -> ComputeWakeReply? {
        switch progress.event {
        case nil: return nil
        case .waking(let waking): return .beat(waking.key.map { WakeKey($0) })
        case .ready(let message):
            return ComputeLocation(message, askedAbout: call.endpoint).map { .settled(.ready($0)) } ?? .lost
        case .failed(let message):
            let failure = WakeFailure(message, from: member)
            // It stops: its waiters are told to go on elsewhere.
            return failure.reason == .cancelled ? .lost : .settled(.failed(failure))
        case .redirect(let redirect):
            let cards = redirect.cards
            if !cards.isEmpty { await gossip.cardsHeard(cards) }
            return .redirected(to: MemberID(redirect.owner))
        }
    }

    package func flightState(of endpoint: EndpointName, at member: MemberID) async -> WakeFlightState? {
        guard let channel = channel(to: member) else { return nil }
        let reply = try? await PeerV1.PeerClient(channel).flight(
            PeerV1.FlightRequest(endpoint: endpoint.text), options: CallOptions(timeout: .seconds(30)))
        return reply.flatMap { WakeFlightState($0) }
    }

    // MARK: - Logins in the browser

    package func deliverLogin(_ json: [UInt8], for id: LoginSessionID, at member: MemberID) async -> LoginReply {
        guard let channel = channel(to: member) else { return .lost }
        let reply = try? await PeerV1.PeerClient(channel).deliverLogin(
            PeerV1.LoginDelivery(sessionID: id.text, result: json), options: CallOptions(timeout: Self.deliveryLimit))
        guard let reply else { return .lost }
        return reply.failure.isEmpty ? .taken : .failed(reply.failure)
    }

    // MARK: - Gossip's questions

    /// Whether this very run of the member answers over its stream: ``GossipNode/Action/pingOverStream(_:)``.
    package func ping(_ card: MemberCard) async -> Bool {
        guard case .alive(_, let process) = await liveness(of: card.name) else { return false }
        return process == card.process
    }

    /// One step of a repair: ``GossipNode/Action/repair(_:_:)``.
    ///
    /// - Returns: `nil` when there was no answer, or none that can be read.
    package func repair(_ question: RepairQuestion, at member: MemberID) async -> RepairAnswer? {
        guard let channel = channel(to: member) else { return nil }
        let reply = try? await PeerV1.PeerClient(channel).repair(
            PeerV1.RepairRequest(question: question.encoded), options: CallOptions(timeout: Self.repairLimit))
        return reply.flatMap { try? RepairAnswer(decoding: $0.answer) }
    }

    // MARK: - Links

    /// Keeps the links connected, so that a wake does not begin with a handshake while a crowd of clients is making
    /// theirs, and lets go of those to members that have gone. Goes on until the task is cancelled.
    package func keepWarm() async {
        await withDiscardingTaskGroup { group in
            group.addTask { for await _ in self.fleet.changes() { await self.warm(onlyNew: true) } }
            group.addTask {
                while (try? await Task.sleep(for: Self.warmingInterval)) != nil { await self.warm(onlyNew: false) }
            }
        }
    }

    private func warm(onlyNew: Bool) async {
        let members = fleet.members.filter { $0.id != fleet.me }
        let dropped = links.withLock { links in
            let gone = links.keys.filter { id in !members.contains { $0.id == id } }
            return gone.compactMap { links.removeValue(forKey: $0) }
        }
        // Closed here, outside the lock.
        _ = consume dropped
        let known = links.withLock { links in Set(links.keys) }
        await withDiscardingTaskGroup { group in
            for member in members where !onlyNew || !known.contains(member.id) {
                group.addTask { _ = await self.liveness(of: member.id) }
            }
        }
    }

    /// Any answer is a sign of life.
    package func liveness(of member: MemberID) async -> Liveness {
        guard let channel = channel(to: member) else { return .unreachable }
        let reply = try? await PeerV1.PeerClient(channel).ping(
            PeerV1.PingRequest(), options: CallOptions(timeout: Self.signOfLifeLimit))
        guard let reply else { return .unreachable }
        return .alive(
            isDraining: reply.draining, process: reply.process == 0 ? nil : ProcessID(bits: reply.process))
    }

    func channel(to id: MemberID) -> (any GRPCChannel)? {
        guard id != fleet.me, let member = fleet.member(id) else { return nil }
        return links.withLock { links in
            if let link = links[id], link.grpc == member.grpc, link.process == member.process { return link.channel }
            let channel = open(member)
            links[id] = Link(grpc: member.grpc, process: member.process, channel: channel)
            return channel
        }
    }
}
