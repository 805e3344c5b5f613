internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOWebSocket
internal import Synchronization

/// Serves `vm-monitor`'s protocol at `GET /monitor`, to one autoscaler at a time: a new one takes the place of the old.
struct MonitorServer: AgentPart {
    private static let path = "/monitor"
    /// From one look at memory to the next.
    private static let sampleInterval: Duration = .milliseconds(100)

    let context: AgentContext
    let address: HostAndPort
    /// Of the cgroup whose memory counts.
    let folder: String

    func run() async {
        guard let readings = CgroupReadings.read(folder) else {
            return context.log.error("no memory of a cgroup v2 to watch", metadata: ["path": "\(folder)"])
        }
        let desk = MonitorDesk(totalBytes: readings.limitBytes ?? SystemMemory.bytes, log: context.log) {
            [keeper = context.keeper] in
            await keeper.resizeFileCache(forMemory: $0)
        }
        let server: any Channel
        do {
            server = try await bind(desk)
        } catch {
            return context.log.error(
                "cannot listen for the autoscaler", metadata: ["address": "\(address)", "error": "\(error)"])
        }
        context.log.info("listening for the autoscaler", metadata: ["port": "\(server.localAddress?.port ?? 0)"])
        var sizing = FirstCacheSizing()
        while !Task.isCancelled {
            // Without being asked, once there is a Postgres to have it.
            if sizing.isDue(at: .now), context.board.state == .running {
                let isSized = await context.keeper.resizeFileCache(forMemory: desk.totalBytes)
                sizing.tried(succeeded: isSized, at: .now)
            }
            if let readings = CgroupReadings.read(folder) { desk.sampled(readings.anonymousBytes) }
            // The pace of the samples. Ends with the agent.
            guard (try? await Task.sleep(for: Self.sampleInterval)) != nil else { break }
        }
        desk.close()
        try? await server.close()
    }

    private func bind(_ desk: MonitorDesk) async throws -> any Channel {
        try await ServerBootstrap(group: context.group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let upgrader = NIOWebSocketServerUpgrader(
                        maxFrameSize: MonitorDialogue.textLimit,
                        shouldUpgrade: { channel, head in
                            channel.eventLoop.makeSucceededFuture(head.uri == Self.path ? HTTPHeaders() : nil)
                        },
                        upgradePipelineHandler: { channel, _ in
                            channel.eventLoop.makeCompletedFuture {
                                try channel.pipeline.syncOperations.addHandler(MonitorHandler(desk: desk))
                            }
                        })
                    try channel.pipeline.syncOperations.addHandler(SetupDeadline(), name: SetupDeadline.name)
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                        withPipeliningAssistance: false,
                        withServerUpgrade: (
                            upgraders: [upgrader],
                            completionHandler: { context in
                                context.pipeline.removeHandler(name: SetupDeadline.name, promise: nil)
                            }
                        ))
                }
            }
            .bind(host: address.host, port: address.port).get()
    }
}

/// Ends a connection that has not become a WebSocket in time.
private final class SetupDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    static let name = "setup deadline"
    private static let limit: TimeAmount = .seconds(4)
    private var timer: Scheduled<Void>?

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: Self.limit) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
    }
}
