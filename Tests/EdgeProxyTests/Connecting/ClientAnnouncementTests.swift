import EdgeProxy
import Gossip
import Logging
import NIOCore
import NIOPosix
import PostgresWire
import Telemetry
import TestKit
import Testing
import Transport

/// PROXY headers to computes that want to know who their clients are.
@Suite(.enabled(if: PostgresServer.binaries != nil, "needs Debian's postgresql"), WithCompute())
struct ClientAnnouncementTests {
    private func fixture() throws -> EdgeFixture { try #require(EdgeFixture.current) }

    /// The header, and what came behind it.
    private func parsed(_ bytes: ByteBuffer) throws -> (header: ProxyHeader, rest: ByteBuffer) {
        guard case .header(let header, let consumed) = ProxyHeader.parse(bytes) else {
            throw RawClient.Ended()
        }
        return (
            header, bytes.getSlice(at: bytes.readerIndex + consumed, length: bytes.readableBytes - consumed) ?? bytes
        )
    }

    private func source(_ header: ProxyHeader) -> ProxyHeader.Endpoint? {
        guard case .client(let source, _) = header.speaker else { return nil }
        return source
    }

    @Test(arguments: [nil, "compute-demo-1"])
    func `a session's connection begins with its client's address`(serverName: String?) async throws {
        let fixture = try fixture()
        let compute = try await StandIn(answer: ByteBuffer(string: "N"))
        let here = try fixture.location(port: compute.socket.port, serverName: serverName, cached: false)
        let proxy = try await fixture.proxy(waking: [.success(here)]) {
            $0.announcesClients = true
            $0.connect.relocations = 0
            $0.connect.silence = .milliseconds(300)
            $0.connect.strikes = 1
        }
        var client = try await RawClient(to: proxy)
        let parameters = StartupParameters([("user", EdgeFixture.role)])
        try await client.send(StartupMessage(version: .v3_0, parameters: parameters))
        _ = try await client.next()
        let own = client.stream.channel?.localAddress
        try await client.prove(EdgeFixture.password)
        _ = try await client.frames(upTo: "Z")
        await client.stream.close()
        await compute.stop()
        let (header, rest) = try parsed(try #require(compute.connections.first))
        #expect(
            source(header)
                == ProxyHeader.Endpoint(address: try #require(IPAddress("127.0.0.1")), port: UInt16(own?.port ?? 0)))
        guard case .client(_, let destination) = header.speaker else { return }
        #expect(Int(destination.port) == compute.socket.port)
        #expect(
            rest
                == (serverName == nil
                    ? StartupMessage(version: .v3_0, parameters: parameters).encoded() : UpstreamLogin.tlsRequest))
        await proxy.stop()
    }

    @Test func `a cancel request's connection begins with the address of whoever asked`() async throws {
        let fixture = try fixture()
        let compute = try await StandIn(answer: ByteBuffer())
        var quiet = Logger(label: "test")
        quiet.logLevel = .critical
        let registry = CancelRegistry(
            owner: CancelOwner(MemberID("a"), process: nil), keyring: CancelKeyring(CancelTokenKeys(secret: [1])))
        let desk = CancelDesk(
            registry: registry, peers: NoCancelPeers(), rules: CancelRules(), gate: CancelGate(limits: .init()),
            tls: fixture.trusting, announcement: ClientAnnouncement(isWanted: true),
            metrics: EdgeMetrics(registry: MetricRegistry()), logger: quiet)
        let computeKey = try #require(CancelKey(processID: 7, secret: [1, 2, 3, 4]))
        let grant = CancelGrant(
            try fixture.location(port: compute.socket.port, serverName: nil).location, computeKey: computeKey)
        let key = try #require(registry.issue(for: grant, version: .v3_0))
        let origin = ClientOrigin(address: IPAddress("2001:db8::7"), port: 4711, privateLink: "vpce-7")
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        async let served: Void = desk.serve(CancelRequest(key: key), from: origin, on: loop)
        try await eventually("the request is there") { compute.isHeard }
        await compute.stop()
        await served
        let (header, rest) = try parsed(try #require(compute.connections.first))
        #expect(source(header) == ProxyHeader.Endpoint(address: try #require(IPAddress("2001:db8::7")), port: 4711))
        #expect(header.privateLink == .aws("vpce-7"))
        #expect(rest == CancelRequest(key: computeKey).encoded())
    }
}
