import TestKit

@testable import GRPCLite

/// A client's and a server's connection back to back, with calls of all kinds between them. From some turn on, what goes one
/// way is changed here and there. Everything in it comes from the dice.
final class FuzzedConversation {
    enum Way: CaseIterable {
        case toServer, toClient
    }

    /// Of the client, and of the server.
    let (clientOffences, serverOffences) = (OffenceCounters(), OffenceCounters())
    let shared = ServerBytes()
    private(set) var calls: [ClientCall] = []
    /// Calls that were open at the server when the first change came.
    private(set) var openAtFirstChange = 0

    private let way: Way
    private var dice: SeededDice
    private let client: ClientConnection
    private let server: ServerConnection
    private let executor = ManualExecutor()
    private let echo = EchoService()
    private var now = ContinuousClock.now
    private var timers: [(side: any DrivenConnection, timer: ConnectionTimer)] = []
    private var hasChanged = false

    private static let methods = ["Unary", "Around", "Prompt", "Repeat", "Chat", "Chat", "Count"]

    init(_ way: Way, _ dice: SeededDice) throws {
        self.way = way
        self.dice = dice
        let limits = self.dice.chance(2) ? ConnectionLimits() : Self.tight
        client = try ClientConnection(
            authority: "a", isSecure: false, limits: limits, offences: serverOffences, at: now, wake: {})
        server = try ServerConnection(
            methods: MethodTable([echo.definition, Self.prompt]), peer: .anonymous, authorize: { _, _ in nil },
            limits: limits, handlerExecutor: executor, offences: clientOffences, shared: shared, at: now,
            wake: {})
    }

    private static let prompt = ServiceDefinition(
        name: "test.Prompt", methods: [MethodHandler.unary("/test.Echo/Prompt") { (request: Blob, _) in request }])

    /// So tight that a few calls meet them.
    private static var tight: ConnectionLimits {
        var limits = ConnectionLimits()
        limits.messageSize = 40_000
        limits.unfinishedMessages = 60_000
        limits.unpackedMessages = 60_000
        limits.unsentBytes = 40_000
        limits.streamUnsentBytes = 2_000
        limits.http2.concurrentStreams = 4
        limits.http2.headerListSize = 400
        limits.http2.headerListReceived = 1_000
        limits.http2.idleFrames = RateLimit(burst: 30, perSecond: 10)
        limits.http2.peerResets = RateLimit(burst: 3, perSecond: 1)
        limits.http2.provokedResets = RateLimit(burst: 2, perSecond: 1)
        (limits.maxIdle, limits.maxAge, limits.maxAgeGrace) = (.seconds(9), .seconds(20), .seconds(5))
        return limits
    }

    /// - Returns: whether everything has ended and nothing is kept.
    func run() -> Bool {
        let turns = Int.random(in: 3...14, using: &dice)
        let firstChange = Int.random(in: 1..<turns, using: &dice)
        for turn in 0..<turns where !client.isFinished || !server.isFinished {
            act()
            executor.drain()
            carry(.toServer, from: client, to: server, changes: turn >= firstChange)
            executor.drain()
            carry(.toClient, from: server, to: client, changes: turn >= firstChange)
            passTime()
        }
        client.connectionLost()
        server.connectionLost()
        executor.drain()
        return server.openCalls == 0 && client.openCalls == 0 && calls.allSatisfy(\.inbound.hasEnded)
            && server.unpacked.byteCount == 0 && shared.unsent.byteCount == 0 && shared.unfinished.byteCount == 0
    }

    private func act() {
        for _ in 0..<Int.random(in: 1...4, using: &dice) {
            guard dice.chance(2), let call = calls.randomElement(using: &dice) else {
                open()
                continue
            }
            switch Int.random(in: 0..<5, using: &dice) {
            case 0: call.finishSending()
            case 1: call.cancel()
            // It may have ended.
            default: try? call.outbound.enqueue(message())
            }
        }
    }

    private func open() {
        var metadata: Metadata = [:]
        for number in 0..<Int.random(in: 0...3, using: &dice) {
            metadata.append(name: "x-\(number)", value: String(repeating: "v", count: dice.chance(6) ? 300 : 3))
        }
        let options = CallOptions(metadata: metadata, encoding: dice.chance(3) ? .gzip : .identity)
        let path = "/test.Echo/" + (Self.methods.randomElement(using: &dice) ?? "")
        let timeout: Duration? = dice.chance(4) ? .milliseconds(Int.random(in: 1...5000, using: &dice)) : nil
        guard let call = try? client.caller.open(path, options, timeout: timeout) else { return }
        calls.append(call)
        try? call.outbound.enqueue(path.hasSuffix("Repeat") ? Array("\(dice.next() % 20)".utf8) : message())
        if dice.chance(2) { call.finishSending() }
        // Ends with its call, before the conversation does.
        Task(executorPreference: executor) {
            while try await call.nextMessage() != nil {}
        }
    }

    private func message() -> [UInt8] {
        switch Int.random(in: 0..<8, using: &dice) {
        case 0: [UInt8](repeating: 7, count: Int.random(in: 0...50_000, using: &dice))
        case 1: dice.bytes(0...3_000)
        default: dice.bytes(0...60)
        }
    }

    private func carry(
        _ way: Way, from source: any DrivenConnection, to target: any DrivenConnection, changes: Bool
    ) {
        var bytes = source.takeOutput(limit: 1 << 17, at: now)
        keepTimers(of: source)
        guard !bytes.isEmpty, !target.isFinished else { return }
        if changes, way == self.way, !dice.chance(3) {
            if !hasChanged { openAtFirstChange = server.openCalls }
            hasChanged = true
            bytes = dice.changed(frames: bytes)
        }
        // In two pieces now and then: nothing depends on where a read ends.
        let cut = dice.chance(3) ? Int.random(in: 0...bytes.count, using: &dice) : 0
        for piece in [bytes[..<cut], bytes[cut...]] where !piece.isEmpty && !target.isFinished {
            target.receive(piece.span.bytes, at: now)
            keepTimers(of: target)
        }
    }

    private func keepTimers(of side: any DrivenConnection) {
        for change in side.takeTimerChanges(at: now) {
            switch change {
            case .arm(let timer, _):
                timers.removeAll { $0.side === side && $0.timer == timer }
                timers.append((side, timer))
            case .disarm(let timer): timers.removeAll { $0.side === side && $0.timer == timer }
            }
        }
    }

    private func passTime() {
        now = now.advanced(by: .milliseconds(Int.random(in: 0...2000, using: &dice)))
        guard dice.chance(4), let index = timers.indices.randomElement(using: &dice) else { return }
        let due = timers.remove(at: index)
        if !due.side.isFinished { due.side.timerFired(due.timer) }
    }
}
