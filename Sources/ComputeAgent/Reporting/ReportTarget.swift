internal import GRPCLite
internal import Gossip
internal import Logging
internal import SidecarAPI
internal import Synchronization

/// One listener of reports, reached over any one of its channels: its queue, its stream, its acknowledgements. Reconnects
/// for as long as the agent lives, to the next channel each time.
final class ReportTarget: Sendable {
    /// Whether a stream to the listener is open.
    enum Link { case connecting, up, down }

    private struct State {
        var queue: ReportQueue
        var link: Link = .connecting
        /// Attempts since the listener last acknowledged something.
        var failures = 0
        /// Of the channel in use, going round.
        var turn = 0
    }

    /// `host:port`, for the log.
    let name: String
    private let identity: ReportIdentity
    private let channels: [ReportChannel]
    /// What to do when the control plane asks for a stop, should the compute be idle at that version.
    private let stopIfIdle: @Sendable (FactVersion) -> Void
    private let log: Logger
    private let state: Mutex<State>
    private let news = Signal()
    /// Fires when an acknowledgement came, or the link went up or down.
    private let progress: Signal

    static let shortestPause: Duration = .milliseconds(50)
    static let longestPause: Duration = .seconds(2)

    /// - Parameter channels: at least one.
    init(
        name: String, identity: ReportIdentity, channels: [ReportChannel], queueLimit: Int, progress: Signal,
        log: Logger,
        stopIfIdle: @escaping @Sendable (FactVersion) -> Void
    ) {
        self.name = name
        self.identity = identity
        self.channels = channels
        self.stopIfIdle = stopIfIdle
        self.progress = progress
        self.log = log
        state = Mutex(State(queue: ReportQueue(limit: queueLimit)))
    }

    var isSettled: Bool { state.withLock { $0.queue.isEmpty } }
    var isDown: Bool { state.withLock { $0.link == .down } }

    func append(_ transition: Transition) {
        state.withLock { $0.queue.append(transition) }
        news.fire()
    }

    /// Until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            let channel = channels[state.withLock { $0.turn } % channels.count]
            do {
                try await report(over: channel)
            } catch {
                log.debug("report stream ended", metadata: ["target": "\(name)", "error": "\(error)"])
            }
            let failures = state.withLock { state in
                state.link = .down
                state.failures += 1
                state.turn += 1
                return state.failures
            }
            progress.fire()
            // Everybody once before anybody twice.
            guard failures >= channels.count else { continue }
            try? await Task.sleep(for: Self.pause(after: failures - channels.count))
        }
    }

    /// One stream: from its opening until it breaks.
    private func report(over channel: ReportChannel) async throws {
        let call = try await ReportV1.ReportsClient(channel.channel).report()
        state.withLock { state in
            state.link = .up
            state.queue.reconnected()
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.receive(from: call, over: channel) }
            group.addTask { try await self.send(over: call) }
            defer {
                group.cancelAll()
                call.cancel()
            }
            try await group.next()
        }
    }

    private func receive(
        from call: BidirectionalCall<ReportV1.Transition, ReportV1.Ack>, over channel: ReportChannel
    ) async throws {
        for try await acknowledgement in call.responses {
            if let version = acknowledgement.stopIfIdle {
                if channel.leadsToControlPlane {
                    stopIfIdle(FactVersion(generation: version.generation, sequence: version.sequence))
                } else {
                    log.warning("only the control plane may ask for a stop", metadata: ["target": "\(name)"])
                }
            }
            guard let version = acknowledgement.version else { continue }
            state.withLock { state in
                state.failures = 0
                state.queue.acknowledged(
                    through: FactVersion(generation: version.generation, sequence: version.sequence))
            }
            progress.fire()
        }
    }

    private func send(over call: BidirectionalCall<ReportV1.Transition, ReportV1.Ack>) async throws {
        while !Task.isCancelled {
            let more = news.next
            while let transition = state.withLock({ $0.queue.next() }) {
                try await call.send(identity.message(of: transition))
            }
            _ = await more.wait()
        }
    }

    /// Doubles up to the longest, then any part of it: agents of one fleet must not come back in step.
    private static func pause(after failures: Int) -> Duration {
        let grown = shortestPause * Double(1 << min(failures, 10))
        return min(grown, longestPause) * Double.random(in: 0.5...1)
    }
}
