/// One connection at the client: gives each call a stream, and tells the call what became of it.
///
/// It belongs to one event loop and is driven from there: bytes and fired timers go in, output and timer changes come
/// out. Tasks reach it through its ``ClientCaller``. It reads no clock and owns no socket.
package final class ClientConnection: DrivenConnection {
    package let caller: ClientCaller

    let session: HTTP2Session
    private let limits: ConnectionLimits
    /// Those fields of a request that are the same for every call, pseudo-fields first.
    private let commonFields: (pseudo: [HeaderField], plain: [HeaderField])
    private let commands: CommandQueue<ClientCommand>

    var calls: [HTTP2StreamID: ActiveCall] = [:]
    var streams: [ClientCall.ID: HTTP2StreamID] = [:]
    private var keepalive: Keepalive
    private var headerBlockTimer = HeaderBlockTimer()
    var timerChanges: [TimerChange] = []
    private var isLost = false
    private var settings = SettingsExchange()
    /// A call began since the idle timer was armed.
    private var hadCalls = false
    /// It is left for want of calls, but one may be on its way that chose it just before.
    private var isLeftAlone = false
    /// The time that the shell named last.
    private var lastTurn: ContinuousClock.Instant
    private let tell: @Sendable (ConnectionNews) -> Void
    let offences: OffenceCounters
    let giveBack: (@Sendable (UnprocessedCall) -> Void)?

    /// - Parameters:
    ///   - authority: host and port, as the server is called by us.
    ///   - isSecure: whether TLS is below.
    ///   - offences: told of every rule that the server breaks.
    ///   - tell: what becomes of the connection.
    ///   - giveBack: gets the calls that the server is sure not to have begun; `nil` has them fail `UNAVAILABLE`.
    ///   - wake: called from any thread when tasks left commands; has the shell call ``takeOutput(limit:)`` soon.
    package init(
        authority: String, isSecure: Bool, limits: ConnectionLimits = ConnectionLimits(),
        offences: OffenceCounters = OffenceCounters(), at now: ContinuousClock.Instant,
        tell: @escaping @Sendable (ConnectionNews) -> Void = { _ in },
        giveBack: (@Sendable (UnprocessedCall) -> Void)? = nil, wake: @escaping @Sendable () -> Void
    ) throws(HTTP2Failure) {
        session = try HTTP2Session(.client, limits: limits.http2, at: now)
        self.limits = limits
        lastTurn = now
        self.offences = offences
        self.tell = tell
        self.giveBack = giveBack
        commonFields = (
            [
                HeaderField(":method", "POST"), HeaderField(":scheme", isSecure ? "https" : "http"),
                HeaderField(":authority", authority),
            ],
            [
                HeaderField("te", "trailers"), HeaderField("content-type", "application/grpc"),
                HeaderField("user-agent", "grpc-swift-lite/1.0"),
                HeaderField("grpc-accept-encoding", MessageEncoding.acceptedList),
            ]
        )
        commands = CommandQueue(wake: wake)
        caller = ClientCaller(commands: commands, limits, offences)
        keepalive = Keepalive(.init(interval: limits.keepaliveInterval, timeout: limits.keepaliveTimeout))
        timerChanges = [
            .arm(.settingsDue, after: limits.settingsTimeout), .arm(.keepalive, after: limits.keepaliveInterval),
        ]
        if let maxIdle = limits.maxIdle { timerChanges.append(.arm(.idle, after: maxIdle)) }
    }

    // MARK: What the shell does

    package func receive(_ bytes: borrowing RawSpan, at now: ContinuousClock.Instant) {
        lastTurn = now
        if case .rearm(let delay) = keepalive.bytesReceived() { timerChanges.append(.arm(.keepalive, after: delay)) }
        session.receive(bytes, at: now)
        handleEvents(of: bytes, at: now)
        if let change = headerBlockTimer.change(open: session.openHeaderBlock, limits) { timerChanges.append(change) }
    }

    package func takeOutput(into output: inout OutputRawSpan, at now: ContinuousClock.Instant) {
        runCommands(at: now)
        session.takeOutput(into: &output)
        handleEvents(of: RawSpan(), at: now)
    }

    package func takeTimerChanges(at now: ContinuousClock.Instant) -> [TimerChange] {
        // No output is taken while the socket is full. Deadlines begin then too, and who cancels is not kept waiting.
        runCommands(at: now)
        defer { timerChanges = [] }
        return timerChanges
    }

    private func runCommands(at now: ContinuousClock.Instant) {
        lastTurn = now
        for command in commands.takeAll() { run(command, at: now) }
    }

    package func timerFired(_ timer: ConnectionTimer) {
        switch timer {
        case .deadline(let number):
            guard let stream = streams[ClientCall.ID(rawValue: number)] else { return }
            happened(.deadlinePassed, on: stream, .deadlineExceeded)
        case .settingsDue: lose(for: .noSettings)
        case .headerBlockDue: lose(for: .unfinishedHeaders)
        case .keepalive: checkPeer()
        case .idle: checkIdle()
        case .graceOver:
            isLeftAlone = false
            session.refuseNewStreams()
        case .shutdownHeard, .stalledStreams, .maxAge: break
        }
    }

    /// All output has been taken and none will follow: the shell closes the socket.
    package var isFinished: Bool {
        isLost || session.isFinished
    }

    package var openCalls: Int { calls.count }

    /// Takes no more calls, and says goodbye behind the last open one.
    package func retire(at now: ContinuousClock.Instant) {
        for command in commands.takeAll() { run(command, at: now) }
        caller.stopAcceptingCalls()
        session.refuseNewStreams()
    }

    /// Ends every call and says goodbye.
    package func shutDown() {
        caller.stopAcceptingCalls()
        for stream in calls.keys.sorted() {
            happened(.cancelled, on: stream, GRPCStatus(.cancelled, "the channel was shut down"))
        }
        session.refuseNewStreams()
    }

    /// The socket has gone: calls end `UNAVAILABLE`. Nothing may be asked of the connection after this.
    package func connectionLost() {
        lose()
        let status = GRPCStatus(.unavailable, "the connection was lost")
        handBackUnsent(status)
        for stream in calls.keys.sorted() { happened(.connectionLost, on: stream, status) }
        for case .start(let start) in commands.close() { handBack(start, status, at: lastTurn) }
    }

    private func lose(for offence: HTTP2Offence) {
        offences.count(offence)
        lose()
    }

    private func lose() {
        isLost = true
        caller.stopAcceptingCalls()
    }

    /// After a long silence without calls the first call asks at once whether anybody is there.
    private func callsBegan() {
        for action in keepalive.callBegan() {
            if case .rearm(let delay) = action { timerChanges.append(.arm(.keepalive, after: delay)) }
            if action == .ping { session.ping() }
        }
    }

    /// Nobody has called for long: the next call makes a connection of its own.
    private func checkIdle() {
        guard let maxIdle = limits.maxIdle, caller.acceptsCalls else { return }
        guard calls.isEmpty, !hadCalls else {
            hadCalls = false
            return timerChanges.append(.arm(.idle, after: maxIdle))
        }
        isLeftAlone = true
        caller.stopAcceptingCalls()
        tell(.goingAway(isTooManyPings: false))
        timerChanges.append(.arm(.graceOver, after: limits.shutdownNotice))
    }

    private func checkPeer() {
        let mayPing = limits.keepaliveWithoutCalls || !calls.isEmpty
        for action in keepalive.timerFired(mayPing: mayPing) {
            switch action {
            case .ping: session.ping()
            case .rearm(let delay): timerChanges.append(.arm(.keepalive, after: delay))
            case .giveUp: lose(for: .noAnswer)
            }
        }
    }

    // MARK: What callers do

    private func run(_ command: ClientCommand, at now: ContinuousClock.Instant) {
        switch command {
        case .start(let start): begin(start, at: now)
        case .send(let id, let message):
            if let stream = streams[id] { session.send(message, on: stream) }
        case .finishSending(let id):
            if let stream = streams[id] { session.finish(stream, .withStream) }
        case .cancel(let id):
            guard let stream = streams[id] else { return }
            happened(.cancelled, on: stream, .cancelled)
        case .returnCredit(let id, let count):
            if let stream = streams[id] { session.returnCredit(count, on: stream) }
        }
    }

    private func begin(_ start: ClientCallStart, at now: ContinuousClock.Instant) {
        hadCalls = true
        guard caller.acceptsCalls || isLeftAlone else {
            return handBack(start, Self.goingAway, at: now)
        }
        var fields = commonFields.pseudo
        fields.append(HeaderField(":path", start.path))
        if let timeout = start.timeout {
            fields.append(HeaderField("grpc-timeout", GRPCTimeout.encode(timeout), isIndexed: false))
        }
        fields += commonFields.plain
        if start.encoding != .identity { fields.append(HeaderField("grpc-encoding", start.encoding.rawValue)) }
        fields += start.metadata.fields
        // No other connection could send it either.
        guard fields.canBeSent else {
            let status = GRPCStatus(.resourceExhausted, "the request's metadata is longer than can be sent")
            start.inbound.finish(status)
            return start.outbound.fail(status)
        }
        do throws(HTTP2Failure) {
            let stream = try session.submitRequest(fields)
            let timeout = start.timeout.map { min($0, ConnectionLimits.longestTimer) }
            streams[start.id] = stream
            if calls.isEmpty { callsBegan() }
            calls[stream] = ActiveCall(
                start: start,
                deframer: MessageDeframer(messageLimit: limits.messageSize),
                deadline: timeout.map { now.advanced(by: $0) })
            if let timeout { timerChanges.append(.arm(.deadline(start.id.rawValue), after: timeout)) }
            // Well before the numbers run out, so that nobody notices.
            if stream >= limits.lastStream { goAway() }
        } catch {
            // Stream numbers have run out, or memory has: either way this connection is used up.
            goAway()
            handBack(start, GRPCStatus(.unavailable, "no stream can be opened: \(error)"), at: now)
        }
    }

    /// A call that never left us: it goes to another connection, or ends.
    /// - Parameter status: why it cannot stay.
    private func handBack(_ start: ClientCallStart, _ status: GRPCStatus, at now: ContinuousClock.Instant) {
        let departure = giveBack == nil ? .mayNot : start.route.leave(.notSent)
        if case .left = departure {
            let deadline = start.timeout.map { now.advanced(by: min($0, ConnectionLimits.longestTimer)) }
            giveBack?(UnprocessedCall(start: start, deadline: deadline))
            return
        }
        let status = departure == .isCancelled ? .cancelled : status
        start.inbound.finish(status)
        start.outbound.fail(status)
    }

    /// Takes no more calls; the connection ends behind those that are open.
    private func goAway(isTooManyPings: Bool = false, isServersWish: Bool = false) {
        guard caller.acceptsCalls else { return }
        caller.stopAcceptingCalls()
        if !isServersWish { session.refuseNewStreams() }
        tell(.goingAway(isTooManyPings: isTooManyPings))
    }

    // MARK: What the server does

    /// - Parameter input: the bytes that the session was given last.
    private func handleEvents(of input: borrowing RawSpan, at now: ContinuousClock.Instant) {
        for event in session.takeEvents() {
            switch event {
            case .headersReceived(let stream, let block): headersReceived(block, on: stream)
            case .dataReceived(let stream, let place): dataReceived(input.extracting(place), on: stream)
            case .streamEndedByPeer(let stream):
                let status = GRPCStatus(.unknown, "the server ended the stream without a status")
                happened(.endedWithoutStatus, on: stream, status)
            case .streamClosed(let stream, let code): streamClosed(stream, code, at: now)
            case .bodySent(let stream, let count): calls[stream]?.outbound.bytesSent(count)
            case .settingsReceived:
                if !settings.isReceived { tell(.ready) }
                if settings.received() { timerChanges.append(.disarm(.settingsDue)) }
            case .settingsAcknowledged:
                if settings.acknowledged() { timerChanges.append(.disarm(.settingsDue)) }
            case .offence(let offence): offences.count(offence)
            case .pingAcknowledged: break
            case .requestNotSent(let stream):
                goAway(isServersWish: true)
                happened(.neverLeft, on: stream, Self.goingAway)
            // What has left and is above the last stream is closed by the session as refused.
            case .goAwayReceived(_, let code, let debugData):
                isLeftAlone = false
                goAway(
                    isTooManyPings: code == .enhanceYourCalm && debugData == Self.tooManyPings, isServersWish: true)
                handBackUnsent(Self.goingAway)
            }
        }
    }

    private static let goingAway = GRPCStatus(.unavailable, "the connection is going away")

    /// What a server says in GOAWAY that is asked too often. gRFC A8.
    private static let tooManyPings = Array("too_many_pings".utf8)
}
