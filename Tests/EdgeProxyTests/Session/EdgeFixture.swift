import EdgeProxy
import Foundation
import Gossip
import Logging
import NIOCore
import NIOPosix
import PostgresWire
import Synchronization
import TLSEngine
import Telemetry
import TestKit
import Testing
import Transport

/// A real PostgreSQL as the compute `compute-demo-1` of endpoint `demo`, and what a proxy in front of it needs.
struct EdgeFixture: Sendable {
    @TaskLocal static var current: EdgeFixture?

    static let role = "alice"
    static let password = "pencil"
    let compute: PostgresServer
    let verifier: SCRAMVerifier
    /// Trusts the authority that issued everything here.
    let trusting: TLSContext
    let serving: TLSContext
    let caFile: String
    private let folder: TemporaryFolder
    private let authority: CertificateAuthority

    init() async throws {
        let now = Int64(Date.now.timeIntervalSince1970)
        folder = try TemporaryFolder()
        caFile = folder.file("ca.crt")
        authority = try CertificateAuthority.create(commonName: "test", now: now)
        try authority.certificatePEM.write(toFile: caFile, atomically: true, encoding: .utf8)
        let edge = try authority.issue(
            .init(commonName: "edge", dnsNames: ["*.localtest.me", "demo.example.com", "link.example.com"]), now: now)
        try edge.certificatePEM.write(toFile: folder.file("edge.crt"), atomically: true, encoding: .utf8)
        try edge.privateKeyPEM.write(toFile: folder.file("edge.key"), atomically: true, encoding: .utf8)
        serving = try TLSContext.server(
            certificateFile: folder.file("edge.crt"), privateKeyFile: folder.file("edge.key"), alpn: ["postgresql"])
        trusting = try TLSContext.client(trustedCAFile: caFile)
        let issued = try authority.issue(
            .init(commonName: "compute-demo-1", dnsNames: ["compute-demo-1"]), now: now)
        compute = try await PostgresServer(
            identity: .init(certificatePEM: issued.certificatePEM, privateKeyPEM: issued.privateKeyPEM))
        verifier = .make(
            password: Array(Self.password.utf8), salt: Digests.randomBytes(16), hashing: LibcryptoHashing())
        let admin = try await PostgresConnection.connect(
            host: "127.0.0.1", port: compute.port, user: PostgresServer.superuser, database: "postgres",
            password: Secret(PostgresServer.password), deadline: .now + .seconds(60))
        try await admin.query("create role \(Self.role) login password '\(verifier.secretText)'")
        try await admin.query("create database \(Self.role) owner \(Self.role)")
        await admin.close()
    }

    /// Of another compute of the same fleet.
    func identity(of computeID: String) throws -> PostgresServer.Identity {
        let issued = try authority.issue(
            .init(commonName: computeID, dnsNames: [computeID]), now: Int64(Date.now.timeIntervalSince1970))
        return .init(certificatePEM: issued.certificatePEM, privateKeyPEM: issued.privateKeyPEM)
    }

    /// Where the compute listens, or pretends to.
    func location(
        generation: UInt64 = 1, port: Int? = nil, serverName: String? = "compute-demo-1", cached: Bool = true
    ) throws -> Located {
        let endpoint = try #require(EndpointName("demo"))
        let location = ComputeLocation(
            endpoint: endpoint, version: FactVersion(generation: generation, sequence: 1), host: "127.0.0.1",
            port: port ?? compute.port, serverName: serverName, computeID: "compute-demo-\(generation)")
        return Located(location: location, isCached: cached)
    }

    func proxy(
        waking answers: [Result<Located, WakeFailure>]? = nil, directory: ScriptedDirectory? = nil, tls: Bool = true,
        cancels: CancelSurroundings = CancelSurroundings(),
        _ change: (inout SessionSettings) -> Void = { _ in }
    ) async throws -> RunningProxy {
        var settings = SessionSettings(domain: "localtest.me")
        change(&settings)
        let waker = ScriptedWaker(try answers ?? [.success(location())])
        return try await RunningProxy(
            fixture: self, waker: waker, directory: directory ?? ScriptedDirectory(verifier), tls: tls,
            cancels: cancels, settings: settings)
    }
}

/// Runs the suite with `EdgeFixture.current` set.
struct WithCompute: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let fixture = try await EdgeFixture()
        try await EdgeFixture.$current.withValue(fixture) { try await function() }
    }
}

/// Answers in the order of its script; the last answer stays.
final class ScriptedWaker: Waker {
    private struct State {
        var answers: [Result<Located, WakeFailure>]
        var asked = 0
        var invalidated: [FactVersion] = []
    }

    private let state: Mutex<State>

    init(_ answers: [Result<Located, WakeFailure>]) {
        state = Mutex(State(answers: answers))
    }

    var asked: Int { state.withLock { $0.asked } }
    var invalidated: [FactVersion] { state.withLock { $0.invalidated } }

    func location(
        of endpoint: EndpointName, session: SessionContext, deadline: ContinuousClock.Instant
    ) async throws(WakeFailure) -> Located {
        let answer = state.withLock { state in
            state.asked += 1
            return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
        }
        return try answer.get()
    }

    func invalidate(_ endpoint: EndpointName, upTo version: FactVersion) {
        state.withLock { $0.invalidated.append(version) }
    }
}

/// Knows one role of one endpoint.
final class ScriptedDirectory: EndpointDirectory {
    private let known: Mutex<SCRAMVerifier>
    private let newer: SCRAMVerifier?
    private let failure: LookupFailure?
    private let access: RoleAccess?

    init(
        _ verifier: SCRAMVerifier, newer: SCRAMVerifier? = nil, failure: LookupFailure? = nil,
        access: RoleAccess? = nil
    ) {
        self.access = access
        known = Mutex(verifier)
        self.newer = newer
        self.failure = failure
    }

    func accessControl(
        endpoint: EndpointName, role: String, session: SessionContext
    ) async throws(LookupFailure) -> RoleAccess {
        if let failure { throw failure }
        guard endpoint.text == "demo", role == EdgeFixture.role else { return .noSecret }
        return access ?? .verifier(known.withLock { $0 })
    }

    func accessControlAfterWrongProof(
        endpoint: EndpointName, role: String, tried: RoleAccess, session: SessionContext
    ) async -> RoleAccess? {
        newer.map(RoleAccess.verifier)
    }

    func allows(_ origin: ClientOrigin, at endpoint: EndpointName) async -> Bool { true }
}

/// A proxy's session side on a port of its own.
final class RunningProxy: Sendable {
    let fixture: EdgeFixture
    let waker: ScriptedWaker
    let runner: SessionRunner
    let socket: ListeningSocket
    let metrics: EdgeMetrics
    let desk: CancelDesk

    init(
        fixture: EdgeFixture, waker: ScriptedWaker, directory: ScriptedDirectory, tls: Bool,
        cancels: CancelSurroundings, settings: SessionSettings
    ) async throws {
        var quiet = Logger(label: "test")
        quiet.logLevel = .critical
        let metrics = EdgeMetrics(registry: MetricRegistry())
        desk = cancels.desk(tls: fixture.trusting, metrics: metrics, logger: quiet)
        let runner = SessionRunner(
            settings: settings, clientTLS: tls ? fixture.serving : nil, computeTLS: fixture.trusting,
            directory: directory, waker: waker, desk: desk, mockSecret: [1, 2, 3], metrics: metrics, logger: quiet)
        self.fixture = fixture
        self.waker = waker
        self.metrics = metrics
        self.runner = runner
        socket = try await Listener.bind(
            host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton
        ) { await runner.run($0) }
    }

    func stop() async {
        await socket.stopAccepting()
        socket.cancelConnections()
        await socket.waitForConnections()
    }

    func connect(
        user: String = EdgeFixture.role, password: String = EdgeFixture.password, database: String = EdgeFixture.role,
        serverName: String = "demo.localtest.me"
    ) async throws -> PostgresConnection {
        try await PostgresConnection.connect(
            host: "127.0.0.1", port: socket.port, tls: (fixture.trusting, serverName), user: user, database: database,
            password: Secret(password), deadline: .now + .seconds(60))
    }

    /// What the client is refused with; `nil` when it is let in.
    func refusal(
        user: String = EdgeFixture.role, password: String = EdgeFixture.password, database: String = EdgeFixture.role,
        serverName: String = "demo.localtest.me"
    ) async throws -> ErrorResponse? {
        do {
            let connection = try await connect(
                user: user, password: password, database: database, serverName: serverName)
            await connection.close()
            return nil
        } catch {
            guard let failure = error as? UpstreamFailure, case .rejected(let response, _) = failure.reason else {
                throw error
            }
            return response
        }
    }
}
