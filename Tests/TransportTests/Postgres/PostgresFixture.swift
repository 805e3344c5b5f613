import Foundation
import NIOCore
import NIOPosix
import PostgresWire
import TLSEngine
import Telemetry
import TestKit
import Testing
import Transport

/// One real PostgreSQL for a whole suite, with a certificate made out to `compute-demo-1`.
struct PostgresFixture: Sendable {
    @TaskLocal static var current: PostgresFixture?

    static let serverName = "compute-demo-1"
    let server: PostgresServer
    let trusting: TLSContext
    /// Trusts another authority.
    let distrusting: TLSContext

    init() async throws {
        let now = Int64(Date.now.timeIntervalSince1970)
        let authority = try CertificateAuthority.create(commonName: "test", now: now)
        let other = try CertificateAuthority.create(commonName: "other", now: now)
        let issued = try authority.issue(.init(commonName: Self.serverName, dnsNames: [Self.serverName]), now: now)
        server = try await PostgresServer(
            identity: .init(certificatePEM: issued.certificatePEM, privateKeyPEM: issued.privateKeyPEM))
        let folder = try TemporaryFolder()
        trusting = try Self.context(trusting: authority, in: folder, "ca.crt")
        distrusting = try Self.context(trusting: other, in: folder, "other.crt")
    }

    private static func context(
        trusting authority: CertificateAuthority, in folder: TemporaryFolder, _ name: String
    ) throws -> TLSContext {
        try authority.certificatePEM.write(toFile: folder.file(name), atomically: true, encoding: .utf8)
        return try TLSContext.client(trustedCAFile: folder.file(name))
    }

    func connect(tls: Bool = true, database: String = "postgres") async throws -> PostgresConnection {
        try await PostgresConnection.connect(
            host: "127.0.0.1", port: server.port, tls: tls ? (trusting, Self.serverName) : nil,
            user: PostgresServer.superuser, database: database, password: Secret(PostgresServer.password),
            deadline: .now + .seconds(60))
    }
}

/// Runs the suite with `PostgresFixture.current` set.
struct WithPostgres: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let fixture = try await PostgresFixture()
        try await PostgresFixture.$current.withValue(fixture) { try await function() }
    }
}
