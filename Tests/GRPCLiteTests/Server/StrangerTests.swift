import TestKit
import Testing

@testable import GRPCLite

/// What the server makes of clients that do not speak gRPC, or mean harm. One thread, no tasks.
@Suite struct StrangerTests {
    /// A bare HTTP/2 client and our server.
    private final class Pair {
        let client: HTTP2Session
        let server: ServerConnection
        let now = ContinuousClock.now
        private(set) var seen: [HTTP2Event] = []

        init(limits: ConnectionLimits = ConnectionLimits()) throws {
            client = try HTTP2Session(.client, limits: HTTP2Limits(), at: now)
            server = try ServerConnection(
                methods: MethodTable([EchoService().definition]), peer: .anonymous, authorize: { _, _ in nil },
                limits: limits, at: now, wake: {})
        }

        func pump() {
            var isMoving = true
            while isMoving {
                let (up, down) = (client.takeOutput(limit: 65536), server.takeOutput(limit: 65536, at: now))
                server.receive(up.span.bytes, at: now)
                client.receive(down.span.bytes, at: now)
                seen += client.takeEvents()
                isMoving = !up.isEmpty || !down.isEmpty
            }
        }

        /// - Returns: the fields of the first answer on a stream.
        func answer(to fields: [HeaderField]) throws -> [String: String] {
            let stream = try client.submitRequest(fields)
            client.finish(stream, .withStream)
            pump()
            for case .headersReceived(stream, let block) in seen {
                return Dictionary(block.fields.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
            }
            return [:]
        }
    }

    private func request(_ changes: [String: String?] = [:]) -> [HeaderField] {
        let base = [
            (":method", "POST"), (":scheme", "http"), (":path", "/test.Echo/Unary"), (":authority", "test"),
            ("te", "trailers"), ("content-type", "application/grpc"),
        ]
        let changed = base.compactMap { name, value -> HeaderField? in
            switch changes[name] {
            case nil: HeaderField(name, value)
            case .some(let replacement): replacement.map { HeaderField(name, $0) }
            }
        }
        let added = changes.filter { name, _ in !base.contains { $0.0 == name } }
        return changed
            + added.sorted { $0.key < $1.key }.compactMap { name, value in value.map { HeaderField(name, $0) } }
    }

    @Test(arguments: [
        "text/html", "application/grpcx", "application/grpc x", "application/grpc +proto", "application/json", nil,
    ])
    func `another content type is answered in HTTP`(type: String?) throws {
        let answer = try Pair().answer(to: request(["content-type": type]))
        #expect(answer[":status"] == "415")
        #expect(answer["grpc-status"] == nil)
    }

    @Test func `another method is answered in HTTP`() throws {
        #expect(try Pair().answer(to: request([":method": "GET"]))[":status"] == "405")
    }

    @Test(arguments: [
        "application/grpc+proto", "application/grpc;charset=utf-8", "application/grpc", "application/grpc ",
        "\tapplication/grpc", " application/grpc ; charset=utf-8",
    ])
    func `subtypes and parameters are gRPC`(type: String) throws {
        let answer = try Pair().answer(to: request(["content-type": type, ":path": "/nobody/Home"]))
        #expect(answer[":status"] == "200")
        #expect(answer["grpc-status"] == "12")
    }

    @Test func `a timeout that is none fails the call alone`() throws {
        let pair = try Pair()
        #expect(try pair.answer(to: request(["grpc-timeout": "soon"]))["grpc-status"] == "13")
        #expect(!pair.server.isFinished)
    }

    @Test(arguments: [("grpc-timeout", "1S "), ("grpc-timeout", " \t1S"), ("grpc-encoding", " gzip ")])
    func `blanks around a value are no part of it`(name: String, value: String) throws {
        // It is read before the method is looked for.
        let answer = try Pair().answer(to: request([name: value, ":path": "/nobody/Home"]))
        #expect(answer["grpc-message"] == "unknown method /nobody/Home")
    }

    @Test(arguments: [("grpc-timeout", " "), ("grpc-timeout", "1 S"), ("grpc-encoding", "gz ip")])
    func `blanks within a value are`(name: String, value: String) throws {
        let answer = try Pair().answer(to: request([name: value, ":path": "/nobody/Home"]))
        #expect(answer["grpc-status"] == (name == "grpc-timeout" ? "13" : "12"))
        #expect(answer["grpc-message"] != "unknown method /nobody/Home")
    }

    @Test func `an unknown encoding is answered with the known ones`() throws {
        let answer = try Pair().answer(to: request(["grpc-encoding": "snappy"]))
        #expect(answer["grpc-status"] == "12")
        #expect(answer["grpc-accept-encoding"] == "identity,gzip")
    }

    @Test func `metadata that is not base64 fails the call alone`() throws {
        #expect(try Pair().answer(to: request(["x-bin": "%%%"]))["grpc-status"] == "13")
    }

    @Test func `a message longer than the limit is refused at its prefix`() throws {
        let pair = try Pair()
        let stream = try pair.client.submitRequest(request())
        pair.client.send([0, 0xFF, 0xFF, 0xFF, 0xFF], on: stream)
        pair.pump()
        let answers = pair.seen.compactMap { event -> HeaderBlock? in
            if case .headersReceived(stream, let block) = event { block } else { nil }
        }
        #expect(answers.first?.fields.first(named: "grpc-status") == "8")
        // Answered before the request ended, so the server frees the stream too.
        #expect(pair.seen.contains(.streamClosed(stream, .noError)))
        #expect(pair.server.openCalls == 0)
    }

    @Test func `a header block far over the limit is not even answered`() throws {
        var limits = ConnectionLimits()
        limits.http2.headerListSize = 4096
        limits.http2.headerListReceived = 4 * 4096
        let pair = try Pair(limits: limits)
        let value = String(repeating: "v", count: 1000)
        let fields = (0..<30).map { HeaderField("x-\($0)", value) }
        let stream = try pair.client.submitRequest(request() + fields)
        pair.client.finish(stream, .withStream)
        pair.pump()
        #expect(pair.seen.contains(.streamClosed(stream, .internalError)))
        #expect(pair.server.openCalls == 0)
    }

    @Test func `what is not HTTP/2 ends the connection`() throws {
        let pair = try Pair()
        pair.server.receive(Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8).span.bytes, at: pair.now)
        #expect(pair.server.isFinished)
    }

    @Test func `a flood of PINGs ends the connection`() throws {
        let pair = try Pair()
        pair.pump()
        let ping: [UInt8] = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]
        var count = 0
        while count < 100_000, !pair.server.isFinished {
            pair.server.receive(ping.span.bytes, at: pair.now)
            _ = pair.server.takeOutput(limit: 65536, at: pair.now)
            count += 1
        }
        #expect(pair.server.isFinished)
        #expect(count < 5000)
    }

    @Test func `a client that stays silent is dropped`() throws {
        let pair = try Pair()
        #expect(pair.server.takeTimerChanges(at: pair.now).contains(.arm(.settingsDue, after: .seconds(10))))
        pair.server.timerFired(.settingsDue)
        #expect(pair.server.isFinished)
    }

    @Test func `a client that answers no PING is dropped`() throws {
        let pair = try Pair()
        pair.pump()
        pair.server.timerFired(.keepalive)
        #expect(pair.server.takeTimerChanges(at: pair.now).last == .arm(.keepalive, after: .seconds(30)))
        pair.server.timerFired(.keepalive)
        #expect(pair.server.takeTimerChanges(at: pair.now).last == .arm(.keepalive, after: .seconds(20)))
        #expect(!pair.server.isFinished)
        pair.server.timerFired(.keepalive)
        #expect(pair.server.isFinished)
    }

    @Test(arguments: 0..<10 as Range<UInt64>) func `random frames never crash`(seed: UInt64) throws {
        var dice = SeededDice(seed: seed)
        for _ in 0..<50 {
            let pair = try Pair()
            pair.pump()
            for _ in 0..<20 {
                let length = Int.random(in: 0..<40, using: &dice)
                var frame: [UInt8] = [0, 0, UInt8(length), UInt8.random(in: 0...10, using: &dice)]
                frame.append(UInt8.random(in: 0...255, using: &dice))
                frame += [0, 0, 0, UInt8.random(in: 0...7, using: &dice)]
                frame += (0..<length).map { _ in UInt8.random(in: 0...255, using: &dice) }
                pair.server.receive(frame.span.bytes, at: pair.now)
                _ = pair.server.takeOutput(limit: 65536, at: pair.now)
            }
            pair.server.connectionLost()
        }
    }
}
