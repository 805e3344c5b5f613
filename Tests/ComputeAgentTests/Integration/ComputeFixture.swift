import ComputeAgent
import Foundation
import Logging
import NIOCore
import NIOPosix
import PostgresWire
import TLSEngine
import Telemetry
import TestKit
import Transport

/// One compute's folders, certificates and port, on this machine's real PostgreSQL.
final class ComputeFixture: Sendable {
    static let binaries = PostgresBinaries.installed()
    /// The verifier of the password `secret`, as Postgres itself would store it.
    static let verifier = verifier(of: "secret")

    let endpoint = "demo"
    let computeID = "compute-demo-1"
    let port: Int
    let authority: CertificateAuthority
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        port = try PostgresServer.freePort()
        let now = Int64(Date().timeIntervalSince1970)
        authority = try CertificateAuthority.create(commonName: "test authority", now: now)
        try FileManager.default.createDirectory(atPath: folder.file("certs"), withIntermediateDirectories: true)
        let issued = try authority.issue(
            .init(
                commonName: computeID, dnsNames: [computeID], uriNames: ["sidecar://compute/\(endpoint)/\(computeID)"]),
            now: now)
        let listener = try authority.issue(
            .init(
                commonName: "proxy-a", dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"],
                uriNames: ["sidecar://proxy/proxy-a"]), now: now)
        let controlPlane = try authority.issue(
            .init(
                commonName: "cp", dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"],
                uriNames: ["sidecar://control-plane/cp"]), now: now)
        for (name, text) in [
            ("control-plane.crt", controlPlane.certificatePEM), ("control-plane.key", controlPlane.privateKeyPEM),
            ("ca.crt", authority.certificatePEM), ("tls.crt", issued.certificatePEM), ("tls.key", issued.privateKeyPEM),
            ("listener.crt", listener.certificatePEM), ("listener.key", listener.privateKeyPEM),
        ] {
            try SecureFile.write(Array(text.utf8), to: certificate(name))
        }
    }

    var dataDirectory: String { folder.file("pgdata") }
    func file(_ name: String) -> String { folder.file(name) }
    func certificate(_ name: String) -> String { folder.file("certs/" + name) }

    func configuration(
        generation: UInt64 = 1, spec: String, targets: [HostAndPort] = [], anyOf: [HostAndPort] = []
    ) throws -> AgentConfiguration {
        try SecureFile.write(Array(spec.utf8), to: file("spec.json"))
        guard let binaries = Self.binaries else { throw NeverHappened("PostgreSQL is not installed") }
        var log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        if ProcessInfo.processInfo.environment["SIDECAR_TEST_LOG"] != nil {
            log = Logger(label: "agent") { StreamLogHandler.standardError(label: $0) }
        }
        var configuration = AgentConfiguration(
            endpoint: endpoint, computeID: computeID, generation: generation, specSource: .file(file("spec.json")),
            directory: dataDirectory, binaries: binaries, listenHost: "127.0.0.1", port: port,
            reportTargets: targets.map { ReportAddresses($0) }
                + (anyOf.first.map { [ReportAddresses($0, others: Array(anyOf.dropFirst()))] } ?? []),
            certificates: AgentCertificates(folder: folder.file("certs")), log: log)
        configuration.monitorInterval = .milliseconds(20)
        return configuration
    }

    func spec(roles: String? = nil, databases: String = #"{"name": "shop", "owner": "app"}"#) -> String {
        SpecText.local(
            roles: roles ?? #"{"name": "app", "encrypted_password": "\#(Self.verifier)"}"#, databases: databases)
    }

    /// Logs in as a client would, with TLS and the password `secret`.
    func connect(
        user: String = "app", database: String = "shop", password: String = "secret"
    ) async throws -> PostgresConnection {
        let trust = try TLSContext.client(trustedCAFile: certificate("ca.crt"))
        return try await PostgresConnection.connect(
            host: "127.0.0.1", port: port, tls: (trust, computeID), user: user, database: database,
            password: Secret(password), deadline: ContinuousClock.now.advanced(by: .seconds(60)))
    }

    static func verifier(of password: String) -> String {
        let salt = Array("0123456789abcdef".utf8)
        let salted = Digests.pbkdf2SHA256(password: Array(password.utf8), salt: salt, iterations: 4096)
        let stored = Digests.sha256(Digests.hmacSHA256(key: salted, Array("Client Key".utf8)))
        let server = Digests.hmacSHA256(key: salted, Array("Server Key".utf8))
        let parts = [salt, stored, server].map { Data($0).base64EncodedString() }
        return "SCRAM-SHA-256$4096:\(parts[0])$\(parts[1]):\(parts[2])"
    }
}
