import GRPCLite
import NIOCore
import NIOPosix
import TLSEngine
import Telemetry
import TestKit
import Testing
import Transport

@Suite(.timeLimit(.minutes(1))) struct GRPCListenerTests {
    let service = TestService()

    private func channel(_ port: Int) -> GRPCClientChannel {
        GRPCClientChannel(host: "127.0.0.1", port: port, tls: nil, group: grpcLoops)
    }

    @Test func `every kind of call goes through sockets`() async throws {
        try await withGRPCServer([service.definition]) { server in
            let channel = channel(server.port)
            let echoed: Blob = try await channel.unary("/test.Echo/Unary", Blob(size: 3_000_000))
            #expect(echoed == Blob(size: 3_000_000))

            var count = 0
            let stream: ResponseStream<Blob> = try await channel.serverStreaming("/test.Echo/Repeat", Blob("500"))
            for try await _ in stream { count += 1 }
            #expect(count == 500)

            let call = try await channel.bidirectional("/test.Echo/Chat", of: (Blob.self, Blob.self))
            var answers = call.responses.makeAsyncIterator()
            for number in 0..<50 {
                try await call.send(Blob("\(number)"))
                #expect(try await answers.next()?.text == "\(number)")
            }
            call.finishSending()
            #expect(try await answers.next() == nil)

            await #expect(throws: GRPCStatus(.failedPrecondition, "nö")) {
                let _: Blob = try await channel.unary("/test.Echo/Fail", Blob("nö"))
            }
            await channel.shutdown()
        }
    }

    @Test func `a thousand calls at once share one connection`() async throws {
        try await withGRPCServer([service.definition]) { server in
            let channel = channel(server.port)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<1000 {
                    group.addTask {
                        let answer: Blob = try await channel.unary("/test.Echo/Unary", Blob("\(number)"))
                        #expect(answer.text == "\(number)")
                    }
                }
                try await group.waitForAll()
            }
            #expect(server.connectionCount == 1)
            await channel.shutdown()
        }
    }

    @Test func `a deadline is kept on the wall clock`() async throws {
        try await withGRPCServer([service.definition]) { server in
            let channel = channel(server.port)
            let _: Blob = try await channel.unary("/test.Echo/Unary", Blob("connect"))
            let error = await #expect(throws: GRPCStatus.self) {
                let options = CallOptions(timeout: .milliseconds(500))
                let _: Blob = try await channel.unary("/test.Echo/Hang", Blob("x"), options: options)
            }
            #expect(error?.code == .deadlineExceeded)
            try await eventually("the handler is cancelled") { service.cancelled == service.started }
            await channel.shutdown()
        }
    }

    @Test func `a channel that is dropped lets its calls end`() async throws {
        try await withGRPCServer([service.definition]) { server in
            let stream: ResponseStream<Blob> = try await channel(server.port)
                .serverStreaming("/test.Echo/Repeat", Blob("300"))
            var count = 0
            for try await _ in stream { count += 1 }
            #expect(count == 300)
            try await eventually("the connection is closed") { server.connectionCount == 0 }
        }
    }

    @Test func `connections over the limit are closed`() async throws {
        var limits = GRPCListenerLimits()
        limits.connections = 1
        try await withGRPCServer([service.definition], limits: limits) { server in
            let (first, second) = (channel(server.port), channel(server.port))
            let _: Blob = try await first.unary("/test.Echo/Unary", Blob("x"))
            let error = await #expect(throws: GRPCStatus.self) {
                let _: Blob = try await second.unary("/test.Echo/Unary", Blob("x"))
            }
            #expect(error?.code == .unavailable)
            await first.shutdown()
            await second.shutdown()
        }
    }

    @Test(arguments: [(inAll: 1, perAddress: 9), (inAll: 9, perAddress: 1)])
    func `handshakes over the limit are not begun, and offences are counted`(
        limit: (inAll: Int, perAddress: Int)
    ) async throws {
        let (fleet, registry) = (try TestFleet(), MetricRegistry())
        var limits = GRPCListenerLimits()
        limits.handshakes = limit.inAll
        limits.handshakesPerAddress = limit.perAddress
        let server = try await GRPCListener.start(
            host: "127.0.0.1", port: 0, tls: try fleet.server("proxy/proxy-a"), services: [service.definition],
            authorize: { _, _ in nil }, limits: limits, metrics: registry, group: grpcLoops)
        func dial() async throws -> ByteStream {
            try await Dialer.connect(
                host: "127.0.0.1", port: server.port, on: grpcLoops.next(), timeout: .seconds(10))
        }
        let line = "sidecar_grpc_offences_total{peer=\"client\",offence=\"too_many_connections\"}"
        #expect(registry.exposition().contains("\(line) 0\n"))
        let first = try await dial()
        try await eventually("the server has accepted") { server.connectionCount == 1 }
        let second = try await dial()
        #expect(try await second.read() == nil)
        #expect(registry.exposition().contains("\(line) 1\n"))
        // Once the first is done there is room again.
        let client = try fleet.client("proxy/proxy-b")
        _ = try await first.connectTLS(client, serverName: "127.0.0.1", nameCheck: .none)
        #expect(try await first.read() != nil)
        let third = try await dial()
        _ = try await third.connectTLS(client, serverName: "127.0.0.1", nameCheck: .none)
        for stream in [first, second, third] { await stream.close() }
        await server.shutdown(grace: .zero)
    }

    @Test func `a peer that says nothing is dropped after the handshake limit`() async throws {
        let fleet = try TestFleet()
        var limits = GRPCListenerLimits()
        limits.handshake = .milliseconds(50)
        try await withGRPCServer([service.definition], tls: try fleet.server("proxy/proxy-a"), limits: limits) {
            server in
            let silent = try await Dialer.connect(
                host: "127.0.0.1", port: server.port, on: grpcLoops.next(), timeout: .seconds(10))
            #expect(try await silent.read() == nil)
            await silent.close()
        }
    }

    @Test func `no server is UNAVAILABLE, and the next call connects`() async throws {
        let port = try HeldPort()
        let channel = channel(port.number)
        let error = await #expect(throws: GRPCStatus.self) {
            let _: Blob = try await channel.unary("/test.Echo/Unary", Blob("x"))
        }
        #expect(error?.code == .unavailable)

        let server = try await GRPCListener.start(
            host: "127.0.0.1", port: port.number, tls: nil, services: [service.definition], authorize: { _, _ in nil },
            group: grpcLoops)
        let answer: Blob = try await channel.unary("/test.Echo/Unary", Blob("x"))
        #expect(answer.text == "x")
        await channel.shutdown()
        await server.shutdown(grace: .zero)
    }

    @Test func `a call that outlives the grace ends UNAVAILABLE`() async throws {
        let server = try await GRPCListener.start(
            host: "127.0.0.1", port: 0, tls: nil, services: [service.definition], authorize: { _, _ in nil },
            group: grpcLoops)
        let channel = channel(server.port)
        let calling = Task { () -> Blob in try await channel.unary("/test.Echo/Hang", Blob("x")) }
        try await eventually("the handler runs") { service.started == 1 }
        await server.shutdown(grace: .milliseconds(50))
        let error = await #expect(throws: GRPCStatus.self) { _ = try await calling.value }
        #expect(error?.code == .unavailable)
        try await eventually("the handler is cancelled") { service.cancelled == 1 }
        #expect(server.connectionCount == 0)
        await channel.shutdown()
    }

    @Test func `a call within the grace is finished`() async throws {
        let server = try await GRPCListener.start(
            host: "127.0.0.1", port: 0, tls: nil, services: [service.definition], authorize: { _, _ in nil },
            group: grpcLoops)
        let channel = channel(server.port)
        let call = try await channel.bidirectional("/test.Echo/Chat", of: (Blob.self, Blob.self))
        var answers = call.responses.makeAsyncIterator()
        try await call.send(Blob("1"))
        #expect(try await answers.next()?.text == "1")
        async let stopped: Void = server.shutdown(grace: .seconds(30))
        try await call.send(Blob("2"))
        #expect(try await answers.next()?.text == "2")
        call.finishSending()
        #expect(try await answers.next() == nil)
        await stopped
        #expect(server.connectionCount == 0)
        await channel.shutdown()
    }

    @Test func `a handshake that is under way at the end is finished, and the client hears it`() async throws {
        let fleet = try TestFleet()
        // Not what is tested, and a machine that is busy elsewhere takes its time.
        var limits = GRPCListenerLimits()
        limits.handshake = .seconds(60)
        let server = try await GRPCListener.start(
            host: "127.0.0.1", port: 0, tls: try fleet.server("proxy/proxy-a"), services: [service.definition],
            authorize: { _, _ in nil }, limits: limits, group: grpcLoops)
        let stream = try await Dialer.connect(
            host: "127.0.0.1", port: server.port, on: grpcLoops.next(), timeout: .seconds(10))
        try await eventually("the server has accepted") { server.connectionCount == 1 }
        async let stopped: Void = server.shutdown(grace: .seconds(60))
        try await server.server.closeFuture.get()
        let client = try fleet.client("proxy/proxy-b")
        #expect(try await stream.connectTLS(client, serverName: "127.0.0.1", nameCheck: .none).alpn == "h2")
        let goAway: [UInt8] = [0, 0, 8, 7, 0]
        var heard: [UInt8] = []
        while !heard.contains(goAway), let bytes = try await stream.read() { heard += bytes.readableBytesView }
        #expect(heard.contains(goAway))
        await stream.close()
        await stopped
        #expect(server.connectionCount == 0)
    }

    @Test func `a cancelled caller does not wait for a connection`() async throws {
        // Nobody answers there: TEST-NET-1, RFC 5737.
        let channel = GRPCClientChannel(
            host: "192.0.2.1", port: 9, tls: nil, connectLimit: .seconds(30), group: grpcLoops)
        let calling = Task { () -> Blob in try await channel.unary("/test.Echo/Unary", Blob("x")) }
        calling.cancel()
        let error = await #expect(throws: GRPCStatus.self) { _ = try await calling.value }
        #expect(error.map { [.cancelled, .unavailable].contains($0.code) } == true)
    }
}
