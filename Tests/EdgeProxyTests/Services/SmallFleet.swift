import EdgeProxy
import Foundation
import GRPCLite
import Gossip
import Logging
import NIOPosix
import SidecarAPI
import Synchronization
import TLSEngine
import Telemetry
import TestKit
import Transport

/// Three proxies without their Postgres side: real mutual TLS, real gRPC, real HTTP to one control plane.
final class SmallFleet: Sendable {
    struct Proxy: Sendable {
        var id: MemberID
        var wakes: WakeCoordinator
        var table: LocationTable
        var metrics: EdgeMetrics
        var listening: GRPCListening
        var links: PeerLinks
    }

    let proxies: [Proxy]
    private let files: FleetFiles
    private static let group = MultiThreadedEventLoopGroup.singleton
    private static let http = ControlPlaneClient.makeHTTPClient(on: group)

    private init(proxies: [Proxy], files: FleetFiles) {
        self.proxies = proxies
        self.files = files
    }

    func proxy(_ id: MemberID) -> Proxy? { proxies.first { $0.id == id } }

    /// A channel to one proxy, as somebody with this identity.
    func channel(to proxy: Proxy, as identity: FleetIdentity) throws -> GRPCClientChannel {
        try Self.channel(port: proxy.listening.port, to: proxy.id, files.context(for: identity))
    }

    func stop() async {
        for proxy in proxies { await proxy.listening.shutdown(grace: .zero) }
    }

    /// Runs a fleet around `body`.
    static func run<Result: Sendable>(
        controlPlane base: String, ids: [String] = ["proxy-a", "proxy-b", "proxy-c"],
        _ body: @escaping @Sendable (SmallFleet) async throws -> Result
    ) async throws -> Result {
        let fleet = try await start(base, ids.map { MemberID($0) })
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            for proxy in fleet.proxies {
                group.addTask {
                    await proxy.wakes.run()
                    return nil
                }
            }
            group.addTask { try await body(fleet) }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result {
                    await fleet.stop()
                    return result
                }
            }
            throw CancellationError()
        }
    }

    private static func start(_ base: String, _ ids: [MemberID]) async throws -> SmallFleet {
        let files = try FleetFiles()
        var logger = Logger(label: "small-fleet")
        logger.logLevel = .critical
        // Ports are known only once everybody listens, and links are needed before: hence the late tables.
        let services = ids.map { _ in LateService() }
        var listening: [GRPCListening] = []
        for (id, service) in zip(ids, services) {
            listening.append(try await listen(id, service, files, ids))
        }
        var proxies: [Proxy] = []
        for (index, id) in ids.enumerated() {
            let metrics = EdgeMetrics(registry: MetricRegistry())
            let table = LocationTable(CacheLimits(size: 100, timeToLive: .seconds(60)), metrics: metrics)
            var channels: [MemberID: any GRPCChannel] = [:]
            for (other, port) in zip(ids, listening.map(\.port)) where other != id {
                channels[other] = try channel(port: port, to: other, files.context(for: .proxy(id)))
            }
            let links = PeerLinks(channels: channels)
            let client = ControlPlaneClient(
                authEndpoint: base, token: Secret("t"), http: http, metrics: metrics, logger: logger)
            let wakes = WakeCoordinator(
                me: id, members: ids, table: table, peers: links,
                controlPlane: ControlPlaneCalls(client: client, outageLimit: .seconds(2)), wakeLimit: .seconds(20),
                metrics: metrics, logger: logger)
            services[index].fill(
                reports: ReportsEndpoint(wakes: wakes, logger: logger),
                peer: PeerEndpoint(wakes: wakes, drain: DrainState()))
            proxies.append(
                Proxy(
                    id: id, wakes: wakes, table: table, metrics: metrics, listening: listening[index], links: links))
        }
        return SmallFleet(proxies: proxies, files: files)
    }

    private static func listen(
        _ id: MemberID, _ service: LateService, _ files: FleetFiles, _ members: [MemberID]
    ) async throws -> GRPCListening {
        let authorization = ServiceAuthorization(members: members)
        let identity = try files.keyPair(for: .proxy(id))
        return try await GRPCListener.start(
            host: "127.0.0.1", port: 0,
            tls: try TLSContext.server(
                certificateFile: identity.certificateFile, privateKeyFile: identity.keyFile, alpn: ["h2"],
                clientCAFile: files.authorityFile),
            services: service.definitions, authorize: { authorization.refusal(of: $0, for: $1) }, group: group)
    }

    private static func channel(port: Int, to id: MemberID, _ tls: TLSContext) throws -> GRPCClientChannel {
        GRPCClientChannel(
            host: "127.0.0.1", port: port, tls: tls,
            expectedPeer: { FleetIdentity(uriNames: $0.uriNames) == .proxy(id) }, group: group)
    }
}

/// Services whose implementation comes after their port is known.
private final class LateService: Sendable {
    private let parts = Mutex<(reports: ReportsEndpoint, peer: PeerEndpoint)?>(nil)

    func fill(reports: ReportsEndpoint, peer: PeerEndpoint) {
        parts.withLock { $0 = (reports, peer) }
    }

    var definitions: [ServiceDefinition] { [Reports(late: self).definition, Peer(late: self).definition] }

    private func filled() throws -> (reports: ReportsEndpoint, peer: PeerEndpoint) {
        guard let parts = parts.withLock({ $0 }) else { throw GRPCStatus(.unavailable, "not assembled yet") }
        return parts
    }

    private struct Reports: ReportV1.ReportsService {
        let late: LateService

        func report(
            _ requests: RequestStream<ReportV1.Transition>, to responses: ResponseWriter<ReportV1.Ack>,
            context: ServerCallContext
        ) async throws {
            try await late.filled().reports.report(requests, to: responses, context: context)
        }
    }

    private struct Peer: PeerV1.PeerService {
        let late: LateService

        func wake(
            _ request: PeerV1.WakeRequest, to responses: ResponseWriter<PeerV1.WakeProgress>,
            context: ServerCallContext
        ) async throws {
            try await late.filled().peer.wake(request, to: responses, context: context)
        }
    }
}

/// An authority of a test's own, and what it has issued.
final class FleetFiles: Sendable {
    private let authority: CertificateAuthority
    private let folder: TemporaryFolder
    let authorityFile: String

    init() throws {
        authority = try CertificateAuthority.create(
            commonName: "test authority", now: Int64(Date().timeIntervalSince1970))
        folder = try TemporaryFolder()
        authorityFile = folder.file("ca.crt")
        try SecureFile.write(Array(authority.certificatePEM.utf8), to: authorityFile)
    }

    func keyPair(for identity: FleetIdentity) throws -> EdgeProxyConfiguration.KeyPair {
        let name = identity.uri.replacing("/", with: "_")
        let issued = try authority.issue(
            CertificateAuthority.Request(
                commonName: "localhost", dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"],
                uriNames: [identity.uri], validity: .seconds(3600)), now: Int64(Date().timeIntervalSince1970))
        let pair = EdgeProxyConfiguration.KeyPair(
            certificateFile: folder.file(name + ".crt"), keyFile: folder.file(name + ".key"))
        try SecureFile.write(Array(issued.certificatePEM.utf8), to: pair.certificateFile)
        try SecureFile.write(Array(issued.privateKeyPEM.utf8), to: pair.keyFile)
        return pair
    }

    func context(for identity: FleetIdentity) throws -> TLSContext {
        let pair = try keyPair(for: identity)
        return try TLSContext.client(
            trustedCAFile: authorityFile, certificateFile: pair.certificateFile, privateKeyFile: pair.keyFile,
            alpn: ["h2"])
    }
}
