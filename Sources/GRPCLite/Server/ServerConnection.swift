/// One connection at the server: turns HTTP/2 streams into calls and runs a handler for each.
///
/// ```
/// request headers ──▶ refused (HTTP 405/415, or a status as Trailers-Only)
///        └──▶ handler runs ──messages──▶ answered (trailers leave) ──▶ stream closed
///                 └── deadline, malformed message, client's reset, connection lost: handler cancelled
/// ```
/// It belongs to one event loop and is driven from there: bytes and fired timers go in, output and timer changes come
/// out. Handlers run in tasks of their own and reach it by commands. It reads no clock and owns no socket.
package final class ServerConnection: DrivenConnection {
    enum Shutdown {
        case notBegun
        /// The client was told; its new streams are still served.
        case announced
        case refusingStreams
    }

    let session: HTTP2Session
    let limits: ConnectionLimits
    let methods: MethodTable
    let peer: PeerIdentity
    let authorize: CallAuthorization
    let handlerExecutor: (any TaskExecutor)?
    let commands: CommandQueue<ServerCommand>
    let offences: OffenceCounters
    let backlog: OutboundBacklog

    var calls = StreamTable<ServerCall>()
    /// Handlers that have not returned, be their streams open or closed.
    var runningHandlers = 0
    /// Bytes kept of requests that no handler has yet.
    var unfinishedBytes = 0
    private var reportedUnfinished = 0
    /// What all connections together keep of requests: those bytes, and messages that handlers have not taken.
    let sharedUnfinished: SharedBytesPart
    /// What handlers hold of compressed messages.
    let unpacked: UnpackedBytes
    private var keepalive: Keepalive
    var timerChanges: [TimerChange] = []
    var settings = SettingsExchange()
    private var isLost = false
    var shutdown = Shutdown.notBegun
    /// A call began since the idle timer was armed.
    var hadCalls = false
    private var shutdownGrace: Duration?
    /// What the client reads in the last GOAWAY.
    private var shutdownReason = ""
    /// Unary calls whose handlers are to start when enough answers have left. All are open and none is over, so that they are
    /// no more than there may be streams.
    var waitingToStart: [HTTP2StreamID] = []
    private var headerBlockTimer = HeaderBlockTimer()
    private var isStallTimed = false

    /// - Parameters:
    ///   - authorize: asked for every call before its handler runs.
    ///   - handlerExecutor: where handlers run; `nil` leaves them to the global pool.
    ///   - shared: with the other connections of the server.
    ///   - offences: told of every rule that the peer breaks.
    ///   - ageJitter: what this connection's age differs from the limit by: from -0.1 to 0.1, drawn by the caller.
    ///   - wake: called from any thread when handlers left commands; has the shell call ``takeOutput(limit:)`` soon.
    package init(
        methods: MethodTable, peer: PeerIdentity, authorize: @escaping CallAuthorization,
        limits: ConnectionLimits = ConnectionLimits(), handlerExecutor: (any TaskExecutor)? = nil,
        offences: OffenceCounters = OffenceCounters(), shared: ServerBytes = ServerBytes(), ageJitter: Double = 0,
        at now: ContinuousClock.Instant, wake: @escaping @Sendable () -> Void
    ) throws(HTTP2Failure) {
        session = try HTTP2Session(.server, limits: limits.http2, at: now)
        self.limits = limits
        self.methods = methods
        self.peer = peer
        self.authorize = authorize
        self.handlerExecutor = handlerExecutor
        self.offences = offences
        self.backlog = OutboundBacklog(
            limit: limits.unsentBytes, streamLimit: limits.streamUnsentBytes, within: shared.unsent, wake: wake)
        sharedUnfinished = SharedBytesPart(of: shared.unfinished, wake: wake)
        unpacked = UnpackedBytes(limit: limits.unpackedMessages, within: shared.unpacked, offences)
        commands = CommandQueue(wake: wake)
        keepalive = Keepalive(.init(interval: limits.keepaliveInterval, timeout: limits.keepaliveTimeout))
        timerChanges = [
            .arm(.settingsDue, after: limits.settingsTimeout), .arm(.keepalive, after: limits.keepaliveInterval),
        ]
        if let maxIdle = limits.maxIdle { timerChanges.append(.arm(.idle, after: maxIdle)) }
        if let maxAge = limits.maxAge { timerChanges.append(.arm(.maxAge, after: maxAge * (1 + ageJitter))) }
    }

    // MARK: What the shell does

    package func receive(_ bytes: borrowing RawSpan, at now: ContinuousClock.Instant) {
        if case .rearm(let delay) = keepalive.bytesReceived() { timerChanges.append(.arm(.keepalive, after: delay)) }
        session.receive(bytes, at: now)
        handleEvents(of: bytes, at: now)
        reportUnfinished()
        if let change = headerBlockTimer.change(open: session.openHeaderBlock, limits) { timerChanges.append(change) }
    }

    /// Messages that wait for handlers that run are counted by their mailboxes.
    private func reportUnfinished() {
        sharedUnfinished.add(unfinishedBytes - reportedUnfinished)
        reportedUnfinished = unfinishedBytes
    }

    package func takeOutput(into output: inout OutputRawSpan, at now: ContinuousClock.Instant) {
        for command in commands.takeAll() { run(command) }
        letGo()
        if !waitingToStart.isEmpty { startWaiting() }
        session.takeOutput(into: &output)
        handleEvents(of: RawSpan(), at: now)
        backlog.sessionHolds(session.unsentBytes)
        reportUnfinished()
    }

    /// Drops what this connection holds too much of while it holds more than any other.
    private func letGo() {
        let unsent = backlog.takeExcess()
        if unsent > 0 {
            session.resetFullest(freeing: unsent)
            backlog.sessionHolds(session.unsentBytes)
            // There may be more than this one had.
            backlog.askGreatest()
        }
        let unfinished = sharedUnfinished.takeExcess()
        if unfinished > 0 {
            breakOffFullest(freeing: unfinished)
            reportUnfinished()
            sharedUnfinished.whole.askGreatest()
        }
    }

    package func takeTimerChanges(at now: ContinuousClock.Instant) -> [TimerChange] {
        // No output is taken while the socket is full, and that is when most is held.
        letGo()
        if session.unsentBytes > 0 || unfinishedBytes > 0, !isStallTimed {
            isStallTimed = true
            timerChanges.append(.arm(.stalledStreams, after: limits.stalledStream))
        }
        guard !timerChanges.isEmpty else { return [] }
        defer { timerChanges = [] }
        return timerChanges
    }

    package func timerFired(_ timer: ConnectionTimer) {
        switch timer {
        case .deadline(let number): deadlinePassed(on: HTTP2StreamID(truncatingIfNeeded: number))
        case .settingsDue: lose(for: .noSettings)
        case .headerBlockDue: lose(for: .unfinishedHeaders)
        case .stalledStreams:
            isStallTimed = false
            session.resetStalledStreams(movingLessThan: limits.leastProgress)
            breakOffStalledRequests()
        case .maxAge: beginShutdown("max_age", grace: limits.maxAgeGrace)
        case .idle: checkIdle()
        case .graceOver: endCalls()
        case .shutdownHeard: refuseNewStreams()
        case .keepalive: checkPeer()
        }
    }

    /// All output has been taken and none will follow: the shell closes the socket.
    package var isFinished: Bool {
        isLost || session.isFinished
    }

    /// Streams that are open; their calls may be answered already.
    package var openCalls: Int { calls.count }

    /// Tells the client to go elsewhere, and serves what it has begun.
    package func beginShutdown() {
        beginShutdown("", grace: nil)
    }

    /// - Parameters:
    ///   - reason: what the client reads in the last GOAWAY.
    ///   - grace: what its calls may still take once new ones are refused; `nil` for as long as they like.
    private func beginShutdown(_ reason: String, grace: Duration?) {
        guard shutdown == .notBegun else { return }
        shutdown = .announced
        shutdownGrace = grace
        shutdownReason = reason
        session.announceShutdown()
        timerChanges.append(.arm(.shutdownHeard, after: limits.shutdownNotice))
    }

    /// Ends what is left with `UNAVAILABLE`, where that can still be said.
    package func endCalls() {
        let status = GRPCStatus(.unavailable, "the server is shutting down")
        for stream in calls.streams.sorted() {
            if let call = calls[stream] { breakOff(call, status) }
        }
        refuseNewStreams()
    }

    func refuseNewStreams() {
        guard shutdown != .refusingStreams else { return }
        shutdown = .refusingStreams
        session.refuseNewStreams(shutdownReason)
        if let shutdownGrace { timerChanges.append(.arm(.graceOver, after: shutdownGrace)) }
    }

    /// The socket has gone: handlers are cancelled. Nothing may be asked of the connection after this.
    package func connectionLost() {
        isLost = true
        for stream in calls.streams { calls[stream]?.abandonHandler(Self.gone) }
        backlog.sessionHolds(0)
        unfinishedBytes = 0
        reportUnfinished()
        calls = StreamTable()
        _ = commands.close()
        backlog.leave()
        sharedUnfinished.leave()
    }

    private func lose(for offence: HTTP2Offence) {
        offences.count(offence)
        isLost = true
    }

    private func checkIdle() {
        guard let maxIdle = limits.maxIdle else { return }
        guard hadCalls || calls.count > 0 else { return beginShutdown("max_idle", grace: nil) }
        hadCalls = false
        timerChanges.append(.arm(.idle, after: maxIdle))
    }

    static let gone = GRPCStatus(.cancelled, "the client has gone")

    private func checkPeer() {
        for action in keepalive.timerFired() {
            switch action {
            case .ping: session.ping()
            case .rearm(let delay): timerChanges.append(.arm(.keepalive, after: delay))
            case .giveUp: lose(for: .noAnswer)
            }
        }
    }
}
