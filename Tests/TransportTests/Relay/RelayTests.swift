import NIOCore
import TestKit
import Testing
import Transport

struct RelayTests {
    /// Where TLS is spoken.
    enum Wrapping: CaseIterable, Sendable { case none, client, upstream, both }

    /// A listening socket whose connections are relayed to `upstream`.
    struct Proxy {
        let socket: ListeningSocket
        let outcome = Slot<RelayOutcome>()
        let running = Slot<Task<RelayOutcome, Never>>()
        private let authority: TestAuthority
        private let wrapping: Wrapping

        init(
            to upstream: ListeningSocket, _ wrapping: Wrapping, _ authority: TestAuthority,
            limits: RelayLimits = RelayLimits()
        ) async throws {
            self.authority = authority
            self.wrapping = wrapping
            let server = try authority.server()
            let client = try authority.client()
            socket = try await Loopback.listen { [outcome, running] stream in
                do {
                    let other = try await Loopback.dial(upstream, on: stream.eventLoop)
                    if wrapping == .client || wrapping == .both { _ = try await stream.acceptTLS(server) }
                    if wrapping == .upstream || wrapping == .both {
                        _ = try await other.connectTLS(client, serverName: "db.example")
                    }
                    let relay = Task { await Relay.join(stream, other, limits: limits) }
                    running.put(relay)
                    outcome.put(await relay.value)
                    await other.close()
                } catch {
                    Issue.record(error)
                }
            }
        }

        func dial() async throws -> ByteStream {
            let stream = try await Loopback.dial(socket)
            if wrapping == .client || wrapping == .both {
                _ = try await stream.connectTLS(authority.client(), serverName: "db.example")
            }
            return stream
        }

        func ended() async throws -> RelayOutcome {
            try await eventually("the relay ends") { outcome.peek != nil }
            return try #require(outcome.peek)
        }
    }

    let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    private func upstream(
        _ wrapping: Wrapping, _ body: @escaping @Sendable (ByteStream) async throws -> Void
    ) async throws -> ListeningSocket {
        let server = try authority.server()
        return try await Loopback.listen { stream in
            if wrapping == .upstream || wrapping == .both { _ = try? await stream.acceptTLS(server) }
            try? await body(stream)
        }
    }

    @Test(arguments: Wrapping.allCases)
    func `64 MiB each way arrive as they were sent, and ends are passed on`(wrapping: Wrapping) async throws {
        let count = 64 << 20
        let received = Slot<Int>()
        let up = try await upstream(wrapping) { stream in
            async let sent: Void = Self.send(count, seed: 2, on: stream)
            if let count = try await Self.check(1, on: stream) { received.put(count) }
            try await sent
        }
        let proxy = try await Proxy(to: up, wrapping, authority)
        let stream = try await proxy.dial()
        async let sent: Void = Self.send(count, seed: 1, on: stream)
        let back = try await Self.check(2, on: stream)
        try await sent
        #expect(back == count)
        let outcome = try await proxy.ended()
        await up.waitForConnections()
        #expect(received.peek == count)
        #expect(outcome.bytesFromClient == count && outcome.bytesToClient == count)
        await stream.close()
        await proxy.socket.waitForConnections()
    }

    @Test(arguments: Wrapping.allCases)
    func `a reader that does not read stops its writer, and loses nothing`(wrapping: Wrapping) async throws {
        let chunk = 65536
        let chunks = 1024
        let counter = Slot<Int>()
        let up = try await upstream(wrapping) { stream in
            for index in 0..<chunks {
                try await stream.write(.pattern(chunk, seed: UInt64(index)))
                counter.put(index + 1)
            }
            try await stream.finishWriting()
            while try await stream.read() != nil {}
        }
        let proxy = try await Proxy(to: up, wrapping, authority)
        let stream = try await proxy.dial()
        try await eventually("the writer stands still") {
            let before = counter.peek
            try await Task.sleep(for: .milliseconds(150))
            return before != nil && before == counter.peek
        }
        // The kernel's buffers of two connections, and a little in between.
        #expect((counter.peek ?? 0) * chunk < 40 << 20)
        var total = 0
        var all = ByteBuffer()
        var next = 0
        while var bytes = try await stream.read() {
            total += bytes.readableBytes
            all.writeBuffer(&bytes)
            while let whole = all.readSlice(length: chunk) {
                #expect(whole == .pattern(chunk, seed: UInt64(next)))
                next += 1
            }
            all.discardReadBytes()
        }
        #expect(total == chunk * chunks)
        try await stream.finishWriting()
        #expect(try await proxy.ended().ending == .finished(first: .upstream))
        await stream.close()
        await proxy.socket.waitForConnections()
    }

    @Test(arguments: Wrapping.allCases)
    func `after its end a client still hears the answer`(wrapping: Wrapping) async throws {
        let up = try await upstream(wrapping) { stream in
            let question = try await stream.readAll()
            try await stream.write("you said \(String(buffer: question))")
        }
        let proxy = try await Proxy(to: up, wrapping, authority)
        let stream = try await proxy.dial()
        try await stream.write("hello")
        try await stream.finishWriting()
        #expect(String(buffer: try await stream.readAll()) == "you said hello")
        let outcome = try await proxy.ended()
        #expect(outcome == RelayOutcome(bytesFromClient: 5, bytesToClient: 14, ending: .finished(first: .client)))
        await stream.close()
    }

    @Test func `surplus of both sides goes first`() async throws {
        let up = try await Loopback.echo()
        let socket = try await Loopback.listen { stream in
            do {
                let other = try await Loopback.dial(up, on: stream.eventLoop)
                stream.unread(ByteBuffer(string: "to upstream;"))
                other.unread(ByteBuffer(string: "to client;"))
                _ = await Relay.join(stream, other)
                await other.close()
            } catch {
                Issue.record(error)
            }
        }
        let stream = try await Loopback.dial(socket)
        #expect(try await stream.readText(count: 22) == "to client;to upstream;")
        await stream.close()
        await socket.waitForConnections()
    }

    @Test func `a side that neither ends nor speaks is given up`() async throws {
        let up = try await upstream(.none) { _ in try await Task.sleep(for: .seconds(3600)) }
        var limits = RelayLimits()
        limits.halfClose = .milliseconds(50)
        let proxy = try await Proxy(to: up, .none, authority, limits: limits)
        let stream = try await proxy.dial()
        try await stream.finishWriting()
        #expect(try await proxy.ended().ending == .drainLimitReached(first: .client))
        up.cancelConnections()
        await stream.close()
    }

    @Test func `a reset of one side ends the other`() async throws {
        let up = try await upstream(.none) { stream in
            _ = try await stream.read()
            try await stream.reset()
        }
        let proxy = try await Proxy(to: up, .none, authority)
        let stream = try await proxy.dial()
        try await stream.write("x")
        #expect(try await stream.read() == nil)
        let outcome = try await proxy.ended()
        if case .failed(.upstream, let failure) = outcome.ending {
            #expect(failure.reason == .reset)
        } else {
            Issue.record("\(outcome)")
        }
        await stream.close()
    }

    @Test(arguments: Wrapping.allCases)
    func `when a relay was cancelled, both sides can be told something last`(wrapping: Wrapping) async throws {
        let heard = Slot<String>()
        let up = try await upstream(wrapping) { stream in
            try await stream.write(try await stream.readText(count: 7))
            heard.put(String(buffer: try await stream.readAll()))
        }
        let server = try authority.server()
        let client = try authority.client()
        let socket = try await Loopback.listen { stream in
            do {
                let other = try await Loopback.dial(up)
                if wrapping == .client || wrapping == .both { _ = try await stream.acceptTLS(server) }
                if wrapping == .upstream || wrapping == .both {
                    _ = try await other.connectTLS(client, serverName: "db.example")
                }
                #expect(await Relay.join(stream, other).ending == .cancelled)
                try await stream.write("57P01")
                try await other.write("ping")
                await #expect(throws: CancellationError.self) { try await stream.read() }
                await other.close()
            } catch {
                Issue.record(error)
            }
        }
        let stream = try await Loopback.dial(socket)
        if wrapping == .client || wrapping == .both {
            _ = try await stream.connectTLS(client, serverName: "db.example")
        }
        try await stream.write("through")
        #expect(try await stream.readText(count: 7) == "through")
        socket.cancelConnections()
        #expect(String(buffer: try await stream.readAll()) == "57P01")
        await stream.close()
        await socket.waitForConnections()
        await up.waitForConnections()
        #expect(heard.peek == "ping")
    }

    @Test func `a relay that begins in a cancelled task ends at once`() async throws {
        let up = try await Loopback.echo()
        let socket = try await Loopback.listen { stream in
            guard let other = try? await Loopback.dial(up, on: stream.eventLoop) else { return }
            withUnsafeCurrentTask { $0?.cancel() }
            #expect(await Relay.join(stream, other).ending == .cancelled)
            await other.close()
        }
        let stream = try await Loopback.dial(socket)
        #expect(try await stream.read() == nil)
        await stream.close()
    }

    // MARK: Long streams of known bytes

    private static let piece = 1 << 16

    private static func send(_ count: Int, seed: UInt64, on stream: ByteStream) async throws {
        for index in 0..<(count / piece) {
            try await stream.write(.pattern(piece, seed: seed &+ UInt64(index) &* 977))
        }
        try await stream.finishWriting()
    }

    /// Reads to the end.
    /// - Returns: how many bytes came; `nil` when some were not those that `send` sent.
    private static func check(_ seed: UInt64, on stream: ByteStream) async throws -> Int? {
        var count = 0
        var index: UInt64 = 0
        var rest = ByteBuffer()
        while var bytes = try await stream.read() {
            count += bytes.readableBytes
            rest.writeBuffer(&bytes)
            while let whole = rest.readSlice(length: piece) {
                guard whole == .pattern(piece, seed: seed &+ index &* 977) else { return nil }
                index += 1
            }
            rest.discardReadBytes()
        }
        return count
    }
}
