import EdgeProxy
import Foundation
import Gossip
import Logging
import NIOCore
import NIOPosix
import Synchronization
import TLSEngine
import Telemetry
import TestKit
import Testing
import Transport

/// A whole proxy: its listeners, its readiness and its end.
@Suite(.serialized) struct EdgeProxyTests {
    private let files: FleetFiles
    private let configuration: EdgeProxyConfiguration

    init() throws {
        files = try FleetFiles()
        let pair = try files.keyPair(for: .proxy(MemberID("proxy-a")))
        let anywhere = NetworkAddress(host: "127.0.0.1", port: 0)
        var configuration = EdgeProxyConfiguration(
            id: MemberID("proxy-a"), listen: anywhere, http: anywhere, grpc: anywhere, members: [],
            authEndpoint: "http://127.0.0.1:1/authenticate_proxy_request/",
            controlPlaneTokens: BearerTokens([Secret("t")]),
            domain: "localtest.me", edge: pair, identity: pair, trustedCAFile: files.authorityFile)
        configuration.drainDeadline = .seconds(20)
        self.configuration = configuration
    }

    private func proxy(_ configuration: EdgeProxyConfiguration) throws -> EdgeProxy {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let group = MultiThreadedEventLoopGroup.singleton
        return try EdgeProxy(configuration, group: group, fleetGroup: group, logger: logger)
    }

    private func run(
        _ configuration: EdgeProxyConfiguration,
        _ body: @escaping @Sendable (EdgeProxy, EdgeProxy.Addresses) async throws -> Void
    ) async throws {
        let proxy = try proxy(configuration)
        let (ready, announce) = AsyncStream.makeStream(of: EdgeProxy.Addresses.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await proxy.run { announce.yield($0) }
                announce.finish()
            }
            group.addTask {
                for await addresses in ready {
                    try await body(proxy, addresses)
                    break
                }
            }
            try await group.waitForAll()
        }
    }

    private func get(_ path: String, _ addresses: EdgeProxy.Addresses) async throws -> (status: Int, body: String) {
        let url = try #require(URL(string: "http://\(addresses.http.text)/\(path)"))
        let stream = try await dial(NetworkAddress(host: url.host() ?? "", port: url.port ?? 0))
        try await stream.write(ByteBuffer(string: "GET /\(path) HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"))
        var text = ""
        while let bytes = try await stream.read() { text += String(buffer: bytes) }
        await stream.close()
        let status = try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) })
        return (status, text.components(separatedBy: "\r\n\r\n").dropFirst().joined())
    }

    private func dial(_ address: NetworkAddress) async throws -> ByteStream {
        try await Dialer.connect(
            host: address.host, port: address.port, on: MultiThreadedEventLoopGroup.singleton.next(),
            timeout: .seconds(30))
    }

    @Test func `status, health, readiness and the oldest metric names`() async throws {
        try await run(configuration) { proxy, addresses in
            #expect(addresses.postgres.port != 0 && addresses.http.port != 0 && addresses.grpc.port != 0)
            let status = try await get("v1/status", addresses)
            #expect(status.status == 200)
            #expect(status.body.contains("\"\""))
            for path in ["healthz", "readyz", ""] {
                let answer = try await get(path, addresses)
                #expect(answer.status == 200, "\(path)")
            }
            let metrics = try await get("metrics", addresses)
            for name in [
                "proxy_accepted_connections_total", "proxy_closed_connections_total",
                #"proxy_connection_failures_total{kind="compute_cached"}"#,
                #"sidecar_cache_lookups_total{cache="location",outcome="spurious_hit"}"#,
                #"sidecar_wake_requests_total{via="coalesced",outcome="ok"}"#,
                #"sidecar_control_plane_requests_total{call="wake_compute",outcome="ok"}"#,
                #"sidecar_session_phase_seconds_count{phase="tls"}"#,
            ] {
                #expect(metrics.body.contains(name))
            }
            proxy.drain()
        }
    }

    @Test func `draining turns readiness off, closes the door, and waits for who is inside`() async throws {
        let wasServed = Mutex(false)
        var configuration = configuration
        configuration.drain.strangerGrace = .seconds(60)
        try await run(configuration) { proxy, addresses in
            let inside = try await dial(addresses.postgres)
            try await eventually("the session is open") {
                try await get("metrics", addresses).body.contains("proxy_accepted_connections_total 1")
            }
            proxy.drain()
            try await eventually("readiness is off") { try await get("readyz", addresses).status == 503 }
            let health = try await get("healthz", addresses)
            #expect(health.status == 200)
            try await eventually("the door is closed") {
                do {
                    await (try dial(addresses.postgres)).close()
                    return false
                } catch { return true }
            }
            // Still served: a GSSENCRequest is answered with N.
            try await inside.write(ByteBuffer(bytes: [0, 0, 0, 8, 4, 210, 22, 48]))
            let answer = try await inside.read()
            #expect(answer == ByteBuffer(string: "N"))
            wasServed.withLock { $0 = true }
            await inside.close()
        }
        #expect(wasServed.withLock { $0 })
    }

    @Test func `the deadline ends who does not leave`() async throws {
        var configuration = configuration
        configuration.drainDeadline = .milliseconds(100)
        try await run(configuration) { proxy, addresses in
            let inside = try await dial(addresses.postgres)
            try await eventually("the session is open") {
                try await get("metrics", addresses).body.contains("proxy_accepted_connections_total 1")
            }
            proxy.drain()
            while try await inside.read() != nil {}
            await inside.close()
        }
    }

    @Test func `in the lag who comes is served, and who is in a hurry waits for nothing`() async throws {
        var configuration = configuration
        configuration.drain.lag = .seconds(600)
        configuration.drainDeadline = .seconds(900)
        try await run(configuration) { proxy, addresses in
            #expect(proxy.drainProgress.phase == .serving)
            proxy.drain()
            try await eventually("readiness is off") { try await get("readyz", addresses).status == 503 }
            try await eventually("the lag has begun") { proxy.drainProgress.phase == .lagging }
            let late = try await dial(addresses.postgres)
            try await late.write(ByteBuffer(bytes: [0, 0, 0, 8, 4, 210, 22, 48]))
            let answer = try await late.read()
            #expect(answer == ByteBuffer(string: "N"))
            try await eventually("the session is counted") { proxy.drainProgress.sessions == 1 }
            let metrics = try await get("metrics", addresses).body
            #expect(metrics.contains(#"sidecar_drain_phase{phase="lagging"} 1"#))
            #expect(metrics.contains(#"sidecar_drain_phase{phase="serving"} 0"#))
            proxy.hurry()
            while try await late.read() != nil {}
            await late.close()
        }
    }

    @Test func `a stranger that says nothing holds nobody up`() async throws {
        var configuration = configuration
        configuration.drain.strangerGrace = .milliseconds(100)
        configuration.drainDeadline = .seconds(600)
        try await run(configuration) { proxy, addresses in
            let inside = try await dial(addresses.postgres)
            try await eventually("the session is open") {
                try await get("metrics", addresses).body.contains("proxy_accepted_connections_total 1")
            }
            proxy.drain()
            while try await inside.read() != nil {}
            await inside.close()
        }
    }

    @Test func `a port in use is said in one line`() async throws {
        try await run(configuration) { first, addresses in
            var same = configuration
            same.listen = addresses.postgres
            let second = try proxy(same)
            let failure = await #expect(throws: EdgeProxy.StartFailure.self) { try await second.run { _ in } }
            #expect(failure?.description == "--listen \(addresses.postgres): Address already in use")
            first.drain()
        }
    }

    @Test func `a bad field is named`() throws {
        var configuration = configuration
        configuration.identity.keyFile = "/nowhere"
        let invalid = #expect(throws: EdgeProxyConfiguration.Invalid.self) { try proxy(configuration) }
        #expect(invalid?.field.contains("identity-key") == true)
        configuration.authEndpoint = "ftp://x"
        #expect(throws: EdgeProxyConfiguration.Invalid.self) { try configuration.validated() }
    }

    @Test func `a configuration includes oneself among the members`() throws {
        #expect(try configuration.validated().members.map(\.id) == [MemberID("proxy-a")])
    }
}
