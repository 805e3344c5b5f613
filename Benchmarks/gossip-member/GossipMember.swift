internal import Gossip
internal import NIOCore
internal import NIOPosix
internal import Transport

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// One member of a fleet and nothing else, for Benchmarks/gossip: the proxy's gossip socket in a process of its own, told
/// what to do on standard input.
@main
struct GossipMember {
    private typealias Socket = GossipSocket<GossipNode>

    private let options: MemberOptions
    private let keys: KeyRing
    private let process = ProcessID(bits: .random(in: 1 ... .max))
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    static func main() async {
        do {
            let options = try MemberOptions(Array(CommandLine.arguments.dropFirst()))
            try await GossipMember(options: options, keys: KeyRingFile(path: options.keyFile).read().ring).run()
        } catch {
            EventLines.write("\"error\":\"\(error)\"")
            exit(2)
        }
    }

    private func run() async throws {
        let (actions, inbox) = AsyncStream.makeStream(of: GossipNode.Action.self)
        let loop = group.next()
        let socket = try await open(on: loop) { batch in
            var lines = EventLines()
            for action in batch {
                lines.add(action)
                switch action {
                case .pingOverStream, .repair: inbox.yield(action)
                case .learned, .membersChanged, .tell, .left, .send: break
                }
            }
            lines.write()
        }
        let streams = MemberStreams(process: process, group: group)
        try await withThrowingDiscardingTaskGroup { tasks in
            tasks.addTask { try await streams.serve(at: socket.boundAddress) { try await socket.answer($0) } }
            tasks.addTask { await carryOut(actions, socket, streams) }
            EventLines.write("\"event\":\"ready\",\"process\":\"\(process.bits)\"")
            socket.tell(.addressesFound(options.seeds))
            try await obey(socket, Publisher(me: options.name, socket: socket, loop: loop))
            tasks.cancelAll()
        }
    }

    private func open(
        on loop: any EventLoop, deliver: @escaping @Sendable ([GossipNode.Action]) -> Void
    ) async throws(GossipSocketFailure) -> Socket {
        var configuration = GossipConfiguration()
        configuration.hashKey = options.cluster.hashKey
        return try await Socket.open(
            GossipSocketConfiguration(
                bindAddress: options.address.ip, bindPort: Int(options.address.port), cluster: options.cluster,
                keys: keys),
            on: loop,
            makeCore: { [options, keys, process, configuration] address, now in
                let card = MemberCard(
                    name: options.name, process: process, epoch: Self.millisecondsSince1970, address: address,
                    grpc: address.text, keyIDs: keys.ids, sendingKeyID: keys.sending.id)
                return GossipNode(configuration, card: card, seed: .random(in: 0 ... .max), now: now)
            },
            deliver: deliver)
    }

    private func carryOut(
        _ actions: AsyncStream<GossipNode.Action>, _ socket: Socket, _ streams: MemberStreams
    ) async {
        await withDiscardingTaskGroup { tasks in
            for await action in actions {
                switch action {
                case .pingOverStream(let card):
                    tasks.addTask { socket.tell(.streamPinged(card.process, isAlive: await streams.ping(card))) }
                case .repair(let card, let question):
                    tasks.addTask {
                        guard let answer = await streams.repair(question, at: card) else {
                            return socket.tell(.repairFailed(card.name))
                        }
                        socket.tell(.repairAnswered(card.name, answer))
                    }
                case .send, .learned, .membersChanged, .left, .tell: break
                }
            }
        }
    }

    // MARK: - Commands

    private func obey(_ socket: Socket, _ publisher: Publisher) async throws {
        // The end of the input is the parent's end: a child that goes on would disturb the next run.
        while let line = try await NIOThreadPool.singleton.runIfActive({ readLine() }) {
            switch Command(line) {
            case .publish(let version): publisher.publish(version)
            case .rate(let perSecond, let seconds): publisher.publish(perSecond: perSecond, seconds: seconds)
            case .members: try await tellMembers(socket)
            case .counters: try await tellCounters(socket)
            case .leave:
                await socket.leave(within: .seconds(5))
                return
            case .quit: return
            case nil: EventLines.write("\"error\":\"not a command\"")
            }
        }
    }

    private func tellMembers(_ socket: Socket) async throws {
        let members = try await socket.members().map { "\"\($0.card.name)\":\"\($0.health)\"" }
        EventLines.write("\"members\":{\(members.joined(separator: ","))}")
    }

    /// `root` is equal at members that know the same.
    private func tellCounters(_ socket: Socket) async throws {
        let (core, root) = try await socket.read { node, _ in (node.counters, node.stateRoot) }
        let kernel = try await socket.socketCounters()
        let numbers: KeyValuePairs<String, UInt64> = [
            "alive": UInt64(core.membersAlive), "suspect": UInt64(core.membersSuspect),
            "facts": UInt64(core.facts), "sent": kernel.datagramsSent, "received": kernel.datagramsReceived,
            "bytes_sent": kernel.bytesSent, "bytes_received": kernel.bytesReceived,
            "unsent": kernel.datagramsUnsent, "kernel_drops": kernel.receiveBufferDrops,
            "refused": kernel.opening.refusals, "news": core.newsReceived, "news_fresh": core.newsFresh,
            "news_over_rate": core.newsOverRate, "news_degraded": core.newsDegraded,
            "news_dropped": core.newsDropped, "payloads": core.payloadsSent, "ids": core.idsAnnounced,
            "pulls": core.pullsSent, "pulls_answered": core.pullsAnswered, "repairs": core.repairsCompleted,
            "repairs_failed": core.repairsFailed, "repaired": core.repairEntriesTaken,
            "suspicions": core.suspicions, "refutations": core.refutations, "deaths": core.deaths,
            "pauses": core.pauses, "slow_steps": kernel.slowSteps,
        ]
        let fields = numbers.map { "\"\($0.key)\":\($0.value)" }
        EventLines.write("\"root\":\"\(root)\",\"counters\":{\(fields.joined(separator: ","))}")
    }

    private static var millisecondsSince1970: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(max(0, time.tv_sec)) * 1000 + UInt64(max(0, time.tv_nsec)) / 1_000_000
    }
}
