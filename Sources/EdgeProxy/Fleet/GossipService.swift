internal import FoundationEssentials
package import Gossip
package import Logging
package import NIOCore
internal import Synchronization
internal import TLSEngine
package import Transport

/// This proxy's gossip, put together: the socket with its core, the keys, the search for others, and the way from what
/// the core wants to the rest of the proxy.
package final class GossipService: Sendable {
    /// What is known of the fleet now, for people and for metrics.
    package struct Snapshot: Sendable {
        package var members: [MemberReport]
        package var counters: GossipCounters
        package var socket: GossipSocketCounters
        package var stateRoot: UInt64
        package var staleness: Duration
        package var isSynced: Bool
        package var addressesFound: Int
    }

    private typealias Socket = GossipSocket<GossipNode>

    private static let syncPause: Duration = .milliseconds(20)
    /// Between two looks at how stale we are.
    private static let gaugePause: Duration = .seconds(1)

    private let settings: GossipSettings
    private let me: MemberID
    private let process: ProcessID
    /// When this run began, as members compare it: milliseconds since 1970.
    private let epoch: UInt64
    private let keys: KeyRingFile.Content
    private let fleet: FleetView
    private let logger: Logger
    private let events: EventHub
    private let opened = Latch<Socket?>()
    private let resyncs: Bell
    private let keysChanged: @Sendable (KeyRing) -> Void
    private let addressesFound = Mutex(0)
    private let isFresh = Atomic<Bool>(true)

    /// - Throws: ``EdgeProxyConfiguration/Invalid`` when the keys cannot be read.
    ///
    /// - Parameters:
    ///   - resyncs: rung at each resync.
    ///   - keysChanged: told the fleet's keys, at once and after every change.
    package init(
        _ settings: GossipSettings, me: MemberID, fleet: FleetView, resyncs: Bell,
        keysChanged: @escaping @Sendable (KeyRing) -> Void = { _ in },
        logger: Logger, events: EventHub = EventHub()
    ) throws(EdgeProxyConfiguration.Invalid) {
        self.events = events
        do {
            keys = try KeyRingFile(path: settings.keyFile).read()
        } catch {
            throw EdgeProxyConfiguration.Invalid(field: "gossip-key-file", problem: "\(error)")
        }
        self.settings = settings
        self.resyncs = resyncs
        self.keysChanged = keysChanged
        self.me = me
        self.fleet = fleet
        self.logger = logger
        let random = Digests.randomBytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        process = ProcessID(bits: max(random, 1))
        epoch = UInt64(Date().timeIntervalSince1970 * 1000)
        keysChanged(keys.ring)
    }

    /// What the rest of the proxy sees of it. What is handed over before the socket is open waits for it.
    package var face: FleetGossip {
        FleetGossip(
            process: process,
            handOver: { [self] fact in try? await opened.value()?.hand(.published(fact)) },
            cardsHeard: { [self] cards in
                guard let socket = await opened.value() else { return }
                try? await socket.hand(.membersHeard(cards))
                await refresh(socket)
            },
            answer: { [self] question in try? await opened.value()?.answer(question) },
            isCurrent: { [self] in isCurrent })
    }

    /// Whether what is known here agrees with the others.
    package var isCurrent: Bool { isFresh.load(ordering: .relaxed) }

    // MARK: - Running

    /// Opens the socket and gossips until the task is cancelled; then says goodbye.
    ///
    /// - Parameters:
    ///   - grpc: where our services listen.
    ///   - loop: does little else; a late answer looks like a death.
    ///   - onReady: called once, when others have been found and agreed with, or none came forward in time.
    package func run(
        grpc: NetworkAddress, links: PeerLinks, facts: FactBridge, loop: any EventLoop,
        onReady: @escaping @Sendable (MemberAddress) -> Void
    ) async throws {
        // What waits here is bounded by the core: it takes no more news a second than its budgets say.
        let (actions, inbox) = AsyncStream.makeStream(of: [GossipNode.Action].self)
        let socket: Socket
        do {
            socket = try await open(grpc, on: loop) { inbox.yield($0) }
        } catch {
            opened.open(nil)
            throw EdgeProxy.StartFailure(description: "--gossip \(settings.bind): \(error)")
        }
        opened.open(socket)
        await refresh(socket)
        await withDiscardingTaskGroup { group in
            group.addTask { await self.carryOut(actions, socket, links, facts) }
            group.addTask { await self.search(socket) }
            group.addTask { await self.watchKeys(socket) }
            group.addTask {
                await self.waitForSync(socket)
                onReady(socket.advertisedAddress)
                await self.watchStaleness(socket)
            }
        }
        await socket.leave(within: settings.leaveLimit)
        inbox.finish()
    }

    /// The others ask us for no more wakes.
    package func beganDraining() async {
        try? await opened.value()?.hand(.drainBegan)
    }

    /// Forgets what it knows of facts and fetches it anew: from the others, and from the agents that report here, of whom
    /// it may be that nobody else has heard.
    package func resync() async {
        try? await opened.value()?.hand(.resyncWanted)
        resyncs.ring()
    }

    /// - Returns: `nil` when the socket is closed.
    package func snapshot() async -> Snapshot? {
        guard let socket = await opened.value(), let counters = try? await socket.socketCounters() else { return nil }
        let found = addressesFound.withLock { $0 }
        return try? await socket.read { node, now in
            Snapshot(
                members: node.members, counters: node.counters, socket: counters, stateRoot: node.stateRoot,
                staleness: node.staleness(at: now), isSynced: node.isSynced, addressesFound: found)
        }
    }

    // MARK: - Parts

    private func open(
        _ grpc: NetworkAddress, on loop: any EventLoop, deliver: @escaping @Sendable ([GossipNode.Action]) -> Void
    ) async throws(GossipSocketFailure) -> Socket {
        var configuration = GossipConfiguration()
        configuration.hashKey = settings.cluster.hashKey
        let told = (settings.advertiseGRPC ?? grpc).text
        let ring = keys.ring
        for warning in keys.warnings { logger.warning("gossip keys", metadata: ["warning": "\(warning)"]) }
        return try await Socket.open(
            GossipSocketConfiguration(
                bindAddress: settings.bind.host, bindPort: settings.bind.port, advertise: settings.advertise,
                cluster: settings.cluster, keys: ring),
            on: loop,
            makeCore: { [me, process, epoch, configuration] address, now in
                let card = MemberCard(
                    name: me, process: process, epoch: epoch, incarnation: 1, address: address, grpc: told,
                    isDraining: false, keyIDs: ring.ids, sendingKeyID: ring.sending.id,
                    wakeVersion: FleetMember.wakeVersion)
                return GossipNode(configuration, card: card, seed: .random(in: 0 ... .max), now: now)
            },
            deliver: deliver,
            report: { [logger] event in logger.log(event) })
    }

    private func carryOut(
        _ actions: AsyncStream<[GossipNode.Action]>, _ socket: Socket, _ links: PeerLinks, _ facts: FactBridge
    ) async {
        await withDiscardingTaskGroup { group in
            for await batch in actions {
                // First: whom the rest of the batch wants to talk to must be known as a member.
                if batch.contains(.membersChanged) { await refresh(socket) }
                for action in batch {
                    switch action {
                    case .learned(let fact): await facts.learned(fact)
                    case .tell(let story):
                        logger.log(story)
                        if let event = story.event { events.publish(event) }
                    case .pingOverStream(let card):
                        group.addTask {
                            socket.tell(.streamPinged(card.process, isAlive: await links.ping(card)))
                        }
                    case .repair(let card, let question):
                        group.addTask {
                            guard let answer = await links.repair(question, at: card.name) else {
                                return socket.tell(.repairFailed(card.name))
                            }
                            socket.tell(.repairAnswered(card.name, answer))
                        }
                    // Done above, or by the socket.
                    case .membersChanged, .send, .left: break
                    }
                }
            }
            group.cancelAll()
        }
    }

    private func refresh(_ socket: Socket) async {
        guard let members = try? await socket.members() else { return }
        fleet.update(members)
    }

    private func search(_ socket: Socket) async {
        guard !settings.seeds.isEmpty else { return }
        let family: Discovery.Family = socket.advertisedAddress.isIPv6 ? .ipv6 : .ipv4
        await Discovery(settings.seeds, family: family).run { [self] report in
            addressesFound.withLock { $0 = report.addresses.count }
            for failure in report.failures {
                logger.debug(
                    "no address", metadata: ["target": "\(failure.target)", "reason": "\(failure.reason)"])
            }
            socket.tell(.addressesFound(report.addresses))
        }
    }

    private func watchKeys(_ socket: Socket) async {
        let watcher = KeyRingWatcher(file: KeyRingFile(path: settings.keyFile), known: keys)
        await watcher.run { [logger, keysChanged, events] news in
            switch news {
            case .changed(let content):
                events.publish(.reload("gossip keys", trouble: nil))
                for warning in content.warnings { logger.warning("gossip keys", metadata: ["warning": "\(warning)"]) }
                socket.use(content.ring)
                keysChanged(content.ring)
            case .trouble(let failure):
                events.publish(.reload("gossip keys", trouble: "\(failure)"))
                logger.error("gossip keys stay as they are", metadata: ["reason": "\(failure)"])
            }
        }
    }

    private func waitForSync(_ socket: Socket) async {
        let end = ContinuousClock.now + settings.joinLimit
        while ContinuousClock.now < end, !Task.isCancelled {
            // Alone is in sync too, but whoever was told of others waits for one of them.
            let isSynced = try? await socket.read { node, _ in node.isSynced && !node.isAlone }
            if isSynced ?? true { return }
            if settings.seeds.isEmpty { return }
            try? await Task.sleep(for: Self.syncPause)
        }
    }

    private func watchStaleness(_ socket: Socket) async {
        while !Task.isCancelled {
            guard let staleness = try? await socket.staleness() else { return }
            let isFresh = staleness <= settings.stalenessLimit
            if self.isFresh.exchange(isFresh, ordering: .relaxed) != isFresh {
                if isFresh {
                    logger.notice("in agreement with the fleet again")
                } else {
                    logger.error("in agreement with nobody for too long", metadata: ["staleness": "\(staleness)"])
                }
            }
            try? await Task.sleep(for: Self.gaugePause)
        }
    }
}

/// A value that comes later, for everybody who waits for it.
private final class Latch<Value: Sendable>: Sendable {
    private enum State {
        case closed([CheckedContinuation<Value, Never>])
        case open(Value)
    }

    private let state = Mutex(State.closed([]))

    func open(_ value: Value) {
        let waiting = state.withLock { state -> [CheckedContinuation<Value, Never>] in
            guard case .closed(let waiting) = state else { return [] }
            state = .open(value)
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: value) }
    }

    func value() async -> Value {
        await withCheckedContinuation { continuation in
            let value = state.withLock { state -> Value? in
                switch state {
                case .open(let value): return value
                case .closed(let waiting):
                    state = .closed(waiting + [continuation])
                    return nil
                }
            }
            if let value { continuation.resume(returning: value) }
        }
    }
}
