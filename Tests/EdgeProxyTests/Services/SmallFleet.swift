import EdgeProxy
import Foundation
import GRPCLite
import Gossip
import Logging
import NIOPosix
import PostgresWire
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
        var registry: MetricRegistry
        var listening: GRPCListening
        var links: PeerLinks
        var fleet: FleetView
        var facts: FactBridge
        var reports: ReportBook
        var events: EventHub
        var told: HeardFacts
        /// Cards that came with a redirect.
        var cards: HeardCards
        var cancels: HeardCancels
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
        Self.channel(port: proxy.listening.port, to: proxy.id, try files.context(for: identity))
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

    /// Nobody is taken for gone because the machine is busy.
    private static var patient: WakeConfiguration {
        var configuration = WakeConfiguration()
        configuration.quietAfter = .seconds(20)
        configuration.firstBeatFloor = .seconds(20)
        configuration.firstBeatUnknown = .seconds(20)
        configuration.goneAfter = .seconds(40)
        return configuration
    }

    private static func start(_ base: String, _ ids: [MemberID]) async throws -> SmallFleet {
        let files = try FleetFiles()
        var logger = Logger(label: "small-fleet")
        logger.logLevel = .critical
        // Ports are known only once everybody listens, and links are needed before: hence the late tables.
        let services = ids.map { _ in LateService() }
        var listening: [GRPCListening] = []
        for (id, service) in zip(ids, services) {
            listening.append(try await listen(id, service, files))
        }
        var proxies: [Proxy] = []
        for (index, id) in ids.enumerated() {
            let registry = MetricRegistry()
            let metrics = EdgeMetrics(registry: registry)
            let table = LocationTable(CacheLimits(size: 100, timeToLive: .seconds(60)), metrics: metrics)
            let told = HeardFacts()
            let cards = HeardCards()
            let cancels = HeardCancels()
            let fleet = FleetView(
                me: id,
                members: zip(ids, listening).map { other, listening in
                    member(other, port: listening.port)
                })
            let gossip = FleetGossip(
                process: ProcessID(bits: UInt64(index + 1)), handOver: { _ in },
                cardsHeard: { heard in
                    cards.all.withLock { $0 += heard }
                    let known = fleet.members.filter { member in !heard.contains { $0.name == member.id } }
                    fleet.update((known.compactMap(\.card) + heard).map { MemberReport(card: $0, health: .alive) })
                }, answer: { question in question == .everything(fromBucket: 3) ? .differing([4]) : nil })
            let tls = try files.context(for: .proxy(id))
            let links = PeerLinks(fleet: fleet, gossip: gossip) { other in
                channel(port: other.grpc.port, to: other.id, tls)
            }
            let client = ControlPlaneClient(
                authEndpoint: base, tokens: BearerTokens([Secret("t")]), http: http, metrics: metrics, logger: logger)
            let wakes = WakeCoordinator(
                fleet: fleet, table: table, peers: links,
                controlPlane: ControlPlaneCalls(client: client, outageLimit: .seconds(2)), outbox: told.outbox,
                configuration: patient, seed: UInt64(index), metrics: metrics, logger: logger)
            let (reports, events) = (ReportBook(metrics: metrics), EventHub())
            let facts = FactBridge(
                table: table, wakes: wakes, directory: nil, outbox: told.outbox, events: events, reports: reports)
            services[index].fill(
                reports: ReportsEndpoint(facts: facts, logger: logger),
                peer: PeerEndpoint(
                    wakes: wakes, fleet: fleet, gossip: gossip, beat: WakeConfiguration().beat,
                    cancels: { cancels.serve($0, $1, $2) }))
            proxies.append(
                Proxy(
                    id: id, wakes: wakes, table: table, metrics: metrics, registry: registry,
                    listening: listening[index], links: links, fleet: fleet, facts: facts, reports: reports,
                    events: events, told: told, cards: cards, cancels: cancels))
        }
        return SmallFleet(proxies: proxies, files: files)
    }

    private static func listen(
        _ id: MemberID, _ service: LateService, _ files: FleetFiles
    ) async throws -> GRPCListening {
        let authorization = ServiceAuthorization()
        let identity = try files.keyPair(for: .proxy(id))
        return try await GRPCListener.start(
            host: "127.0.0.1", port: 0,
            tls: try TLSContext.server(
                certificateFile: identity.certificateFile, privateKeyFile: identity.keyFile, alpn: ["h2"],
                clientCAFile: files.authorityFile),
            services: service.definitions, authorize: { authorization.refusal(of: $0, for: $1) }, group: group)
    }

    /// As gossip would have it: with a card.
    static func member(_ id: MemberID, port: Int, isDraining: Bool = false) -> FleetMember {
        let card = card(id, port: port, isDraining: isDraining)
        return FleetMember(
            id: id, grpc: NetworkAddress(host: "127.0.0.1", port: port), process: card?.process,
            standing: isDraining ? .draining : .alive, card: card)
    }

    static func card(_ id: MemberID, port: Int, isDraining: Bool = false) -> MemberCard? {
        MemberAddress(ip: "127.0.0.1", port: 7946).map { address in
            MemberCard(
                name: id, process: ProcessID(bits: UInt64(port)), epoch: 1, address: address,
                grpc: "127.0.0.1:\(port)", isDraining: isDraining)
        }
    }

    private static func channel(port: Int, to id: MemberID, _ tls: TLSContext) -> GRPCClientChannel {
        GRPCClientChannel(
            host: "127.0.0.1", port: port, tls: tls,
            expectedPeer: { FleetIdentity(uriNames: $0.uriNames) == .proxy(id) }, group: group)
    }
}

/// What a redirect brought.
final class HeardCards: Sendable {
    let all = Mutex<[MemberCard]>([])
}

/// What cancel requests other members passed on; each is answered as the test wants.
final class HeardCancels: Sendable {
    struct Heard: Equatable {
        var key: CancelKey
        var origin: ClientOrigin
        var deadline: ContinuousClock.Instant
    }

    let heard = Mutex<[Heard]>([])
    let answer = Mutex(CancelOutcome.done)

    func serve(_ key: CancelKey, _ origin: ClientOrigin, _ deadline: ContinuousClock.Instant) -> CancelOutcome {
        heard.withLock { $0.append(Heard(key: key, origin: origin, deadline: deadline)) }
        return answer.withLock { $0 }
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

        func flight(_ request: PeerV1.FlightRequest, context: ServerCallContext) async throws -> PeerV1.FlightReply {
            try await late.filled().peer.flight(request, context: context)
        }

        func ping(_ request: PeerV1.PingRequest, context: ServerCallContext) async throws -> PeerV1.PingReply {
            try await late.filled().peer.ping(request, context: context)
        }

        func cancel(_ request: PeerV1.CancelRequest, context: ServerCallContext) async throws -> PeerV1.CancelReply {
            try await late.filled().peer.cancel(request, context: context)
        }

        func deliverLogin(
            _ request: PeerV1.LoginDelivery, context: ServerCallContext
        ) async throws -> PeerV1.LoginDeliveryReply {
            PeerV1.LoginDeliveryReply()
        }

        func repair(_ request: PeerV1.RepairRequest, context: ServerCallContext) async throws -> PeerV1.RepairReply {
            try await late.filled().peer.repair(request, context: context)
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
