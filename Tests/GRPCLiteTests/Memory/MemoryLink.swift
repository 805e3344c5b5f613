@testable import GRPCLite

/// A client's and a server's connection back to back, without sockets, on a clock that only the test moves.
actor MemoryLink: GRPCChannel {
    nonisolated let caller: ClientCaller

    private let client: ClientConnection
    private let server: ServerConnection
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private var now = ContinuousClock.now
    private var timers: [(side: any DrivenConnection, timer: ConnectionTimer, at: ContinuousClock.Instant)] = []
    private var isCut = false
    private var isSilent = false
    /// Bytes that have gone each way.
    private(set) var sentByServer = 0
    private(set) var sentByClient = 0

    init(
        _ services: [ServiceDefinition], limits: ConnectionLimits = ConnectionLimits(),
        peer: PeerIdentity = .anonymous, authorize: @escaping CallAuthorization = { _, _ in nil }
    ) throws {
        let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        (self.signals, self.signal) = (signals, signal)
        client = try ClientConnection(authority: "test", isSecure: false, limits: limits, at: now) { signal.yield() }
        server = try ServerConnection(
            methods: MethodTable(services), peer: peer, authorize: authorize, limits: limits, at: now
        ) { signal.yield() }
        caller = client.caller
    }

    nonisolated func open(_ path: String, options: CallOptions) async throws(GRPCStatus) -> ClientCall {
        try caller.open(path, options, timeout: options.timeout)
    }

    // MARK: What the test does

    /// Carries bytes until cancelled.
    func run() async {
        pump()
        for await _ in signals { pump() }
    }

    func advance(by step: Duration) {
        now = now.advanced(by: step)
        while let index = timers.firstIndex(where: { $0.at <= now }) {
            let due = timers.remove(at: index)
            due.side.timerFired(due.timer)
            pump()
        }
    }

    func cut() {
        isCut = true
        client.connectionLost()
        server.connectionLost()
    }

    /// What either sends from now on is lost, and neither is told.
    func silence() {
        isSilent = true
    }

    func beginServerShutdown() {
        server.beginShutdown()
        pump()
    }

    func endServerCalls() {
        server.endCalls()
        pump()
    }

    func shutDownClient() {
        client.shutDown()
        pump()
    }

    var isClientFinished: Bool { client.isFinished }
    var isServerFinished: Bool { server.isFinished }
    var openCallsAtServer: Int { server.openCalls }
    var openCallsAtClient: Int { client.openCalls }
    var armedTimers: [ConnectionTimer] { timers.map(\.timer) }

    // MARK: The wire

    private func pump() {
        guard !isCut else { return }
        var isMoving = true
        while isMoving {
            let fromClient = client.takeOutput(limit: 16 * 1024, at: now)
            if !fromClient.isEmpty, !isSilent { server.receive(fromClient.span.bytes, at: now) }
            let fromServer = server.takeOutput(limit: 16 * 1024, at: now)
            if !fromServer.isEmpty, !isSilent { client.receive(fromServer.span.bytes, at: now) }
            sentByClient += fromClient.count
            sentByServer += fromServer.count
            isMoving = !fromClient.isEmpty || !fromServer.isEmpty
        }
        arm(client, client.takeTimerChanges(at: now))
        arm(server, server.takeTimerChanges(at: now))
    }

    private func arm(_ side: any DrivenConnection, _ changes: [TimerChange]) {
        for change in changes {
            switch change {
            case .arm(let timer, let delay):
                timers.removeAll { $0.side === side && $0.timer == timer }
                timers.append((side, timer, now.advanced(by: delay)))
            case .disarm(let timer):
                timers.removeAll { $0.side === side && $0.timer == timer }
            }
        }
    }
}

/// Runs a test over a link, and carries its bytes meanwhile.
func withLink(
    _ services: [ServiceDefinition], limits: ConnectionLimits = ConnectionLimits(),
    peer: PeerIdentity = .anonymous, authorize: @escaping CallAuthorization = { _, _ in nil },
    _ body: @Sendable (MemoryLink) async throws -> Void
) async throws {
    let link = try MemoryLink(services, limits: limits, peer: peer, authorize: authorize)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await link.run() }
        defer { group.cancelAll() }
        try await body(link)
    }
}

extension DrivenConnection {
    func takeOutput(limit: Int, at now: ContinuousClock.Instant) -> [UInt8] {
        output(limit: limit) { takeOutput(into: &$0, at: now) }
    }
}

extension HTTP2Session {
    func takeOutput(limit: Int) -> [UInt8] {
        output(limit: limit) { takeOutput(into: &$0) }
    }
}

/// The room is the array itself: the optimiser of Swift 6.3 frees the copy of a buffer that nobody will use before it has
/// been written, which AddressSanitizer sees.
///
/// - Parameter limit: about how many bytes; there is always room for one frame.
private func output(limit: Int, _ take: (inout OutputRawSpan) -> Void) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: max(limit, HTTP2Session.longestOutput)) { bytes, count in
        let room = UnsafeMutableRawBufferPointer(bytes)
        var span = OutputRawSpan(buffer: room, initializedCount: 0)
        take(&span)
        count = span.finalize(for: room)
    }
}
