import Synchronization

@testable import GRPCLite

/// A client's connection, and a server that is what the test makes it say, frame by frame.
struct ClientLink {
    final class Heard: Sendable {
        private let state = Mutex<(news: [ConnectionNews], calls: [UnprocessedCall])>(([], []))
        var news: [ConnectionNews] { state.withLock { $0.news } }
        var calls: [UnprocessedCall] { state.withLock { $0.calls } }
        func add(_ news: ConnectionNews) { state.withLock { $0.news.append(news) } }
        func add(_ call: UnprocessedCall) { state.withLock { $0.calls.append(call) } }
    }

    let heard = Heard()
    let connection: ClientConnection
    let now = ContinuousClock.now

    init(_ limits: ConnectionLimits = ConnectionLimits()) throws {
        connection = try ClientConnection(
            authority: "test", isSecure: false, limits: limits, at: now, tell: { [heard] in heard.add($0) },
            giveBack: { [heard] in heard.add($0) }, wake: {})
    }

    func call(_ options: CallOptions = .none) async throws -> ClientCall {
        let call = try connection.caller.open("/a.B/C", options, timeout: options.timeout)
        try await call.send("one" as Blob)
        call.finishSending()
        return call
    }

    func turn(_ bytes: [UInt8] = []) -> [UInt8] {
        if !bytes.isEmpty { connection.receive(bytes.span.bytes, at: now) }
        return connection.takeOutput(limit: 1 << 20, at: now)
    }

    /// What the shell would be asked to arm for calls, without taking output.
    func deadlines() -> [ConnectionTimer: Duration] {
        var deadlines: [ConnectionTimer: Duration] = [:]
        for case .arm(let timer, let delay) in connection.takeTimerChanges(at: now) {
            if case .deadline = timer { deadlines[timer] = delay }
        }
        return deadlines
    }

    static func end(of call: ClientCall) async -> GRPCStatus.Code? {
        do {
            return try await call.nextMessage() == nil ? .ok : nil
        } catch {
            return error.code
        }
    }

    // MARK: Frames

    static func frame(_ type: UInt8, flags: UInt8 = 0, stream: UInt8 = 0, _ body: [UInt8] = []) -> [UInt8] {
        [0, 0, UInt8(body.count), type, flags, 0, 0, 0, stream] + body
    }

    /// SETTINGS that allow so many streams.
    static func settings(streams: UInt8) -> [UInt8] {
        frame(4, [0, 3, 0, 0, 0, streams])
    }

    /// `:status: 200`, `content-type: application/grpc`.
    static let headers = frame(1, flags: 4, stream: 1, [0x88, 0x5F, 16] + Array("application/grpc".utf8))

    /// `grpc-status: 0`.
    static let trailers = frame(1, flags: 5, stream: 1, [0, 11] + Array("grpc-status".utf8) + [1, 0x30])

    static func goAway(last: UInt8, code: UInt8 = 0, _ debugData: String = "") -> [UInt8] {
        frame(7, [0, 0, 0, last, 0, 0, 0, code] + Array(debugData.utf8))
    }

    /// As a server says that will be going: no stream is the last yet.
    static let notice = frame(7, [0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0])
}
