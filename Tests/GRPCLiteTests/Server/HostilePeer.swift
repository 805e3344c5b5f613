@testable import GRPCLite

/// A server's connection, and a client that writes frames by hand and reads nothing but what the test looks at.
final class HostilePeer {
    let server: ServerConnection
    let offences = OffenceCounters()
    private(set) var now = ContinuousClock.now
    private(set) var sentByServer: [UInt8] = []
    private(set) var timers: [ConnectionTimer: Duration] = [:]

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    /// - Parameter window: what the client's SETTINGS allow each stream.
    init(
        limits: ConnectionLimits = ConnectionLimits(), window: UInt32 = 65535,
        services: [ServiceDefinition] = [EchoService().definition], shared: ServerBytes = ServerBytes(),
        acknowledges: Bool = true
    ) throws {
        server = try ServerConnection(
            methods: MethodTable(services), peer: .anonymous, authorize: { _, _ in nil }, limits: limits,
            offences: offences, shared: shared, at: now, wake: {})
        send(Self.preface + Self.frame(4, payload: [0, 4] + Self.bigEndian(window)))
        if acknowledges { send(Self.frame(4, flags: 1)) }
    }

    func send(_ bytes: [UInt8]) {
        server.receive(bytes.span.bytes, at: now)
        pump()
    }

    func forgetWhatWasSent() {
        sentByServer = []
    }

    func advance(by step: Duration) {
        now = now.advanced(by: step)
    }

    func fire(_ timer: ConnectionTimer) {
        timers[timer] = nil
        server.timerFired(timer)
        pump()
    }

    func pump() {
        while true {
            let output = server.takeOutput(limit: 65536, at: now)
            if output.isEmpty { break }
            sentByServer += output
        }
        for change in server.takeTimerChanges(at: now) {
            switch change {
            case .arm(let timer, let delay): timers[timer] = delay
            case .disarm(let timer): timers[timer] = nil
            }
        }
    }

    /// Repeats the bytes until the connection ends.
    /// - Returns: how often, give or take the size of a `batch`; `nil` when it does not end within `limit`.
    func flood(_ bytes: [UInt8], limit: Int = 20_000, batch: Int = 50) -> Int? {
        let many = Array(repeatElement(bytes, count: batch).joined())
        for count in 1...limit / batch {
            send(many)
            if server.isFinished { return count * batch }
        }
        return nil
    }

    /// What the server said when it ended the connection.
    var lastWords: String? {
        let frames = framesFromServer.filter { $0.type == 7 && $0.payload.count > 8 }
        return frames.last.map { String(decoding: $0.payload[8...], as: UTF8.self) }
    }

    var framesFromServer: [(type: UInt8, flags: UInt8, stream: Int, payload: [UInt8])] {
        var frames: [(type: UInt8, flags: UInt8, stream: Int, payload: [UInt8])] = []
        var rest = sentByServer[...]
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            let stream = head[5...].reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(9)
            frames.append((head[3], head[4], stream, Array(rest.prefix(length))))
            rest = rest.dropFirst(length)
        }
        return frames
    }

    // MARK: Frames

    static func frame(_ type: UInt8, flags: UInt8 = 0, stream: Int = 0, payload: [UInt8] = []) -> [UInt8] {
        var frame = Array(bigEndian(UInt32(payload.count)).dropFirst())
        frame += [type, flags]
        frame += bigEndian(UInt32(stream))
        return frame + payload
    }

    static func bigEndian(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// HPACK without a table: every field literal, never indexed. RFC 7541 §6.2.3; texts below 127 bytes.
    static func block(_ fields: [(String, String)]) -> [UInt8] {
        var block: [UInt8] = []
        for (name, value) in fields {
            block += [0x10, UInt8(name.utf8.count)]
            block += Array(name.utf8)
            block.append(UInt8(value.utf8.count))
            block += Array(value.utf8)
        }
        return block
    }

    static func requestFields(_ path: String = "/test.Echo/Unary") -> [(String, String)] {
        [
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "a"), ("te", "trailers"),
            ("content-type", "application/grpc"),
        ]
    }

    /// HEADERS of a call; its request follows.
    static func call(_ stream: Int, _ path: String = "/test.Echo/Unary") -> [UInt8] {
        frame(1, flags: 4, stream: stream, payload: block(requestFields(path)))
    }

    /// DATA with one message and the end of the request.
    static func message(_ body: [UInt8], on stream: Int, ends: Bool = true) -> [UInt8] {
        var payload: [UInt8] = [0]
        payload += bigEndian(UInt32(body.count))
        payload += body
        return frame(0, flags: ends ? 1 : 0, stream: stream, payload: payload)
    }

    static func reset(_ stream: Int) -> [UInt8] {
        frame(3, stream: stream, payload: bigEndian(8))
    }
}
