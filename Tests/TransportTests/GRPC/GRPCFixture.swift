import Foundation
import GRPCLite
import NIOPosix
import Synchronization
import TLSEngine
import TestKit
import Transport

/// A message that is its own bytes.
struct Blob: GRPCMessage, Equatable {
    var bytes: [UInt8]
    var text: String { String(decoding: bytes, as: UTF8.self) }

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    init(size: Int) {
        bytes = Array(repeating: 0x61, count: size)
    }

    init(serializedBytes: [UInt8]) {
        bytes = serializedBytes
    }

    func serializedBytes() -> [UInt8] { bytes }
}

/// A service that does what the tests need, and counts the handlers that were cancelled.
final class TestService: Sendable {
    private let cancellations = Mutex(0)
    private let starts = Mutex(0)
    var cancelled: Int { cancellations.withLock { $0 } }
    var started: Int { starts.withLock { $0 } }

    var definition: ServiceDefinition {
        ServiceDefinition(
            name: "test.Echo",
            methods: [
                .unary("/test.Echo/Unary") { (request: Blob, _) in request },
                .unary("/test.Echo/Who") { (_: Blob, context) in Blob(context.peer.uriNames.joined(separator: ",")) },
                .unary("/test.Echo/Metadata") { (request: Blob, context) in
                    let binary = context.metadata.firstBinary(named: "x-test-bin") ?? []
                    return Blob("\(context.metadata.all(named: "x-test")) \(binary) \(context.deadline != nil)")
                },
                .unary("/test.Echo/Fail") { (request: Blob, _) -> Blob in
                    throw GRPCStatus(.failedPrecondition, request.text)
                },
                .unary("/test.Echo/Hang") { (request: Blob, _) -> Blob in
                    try await self.hang()
                    return request
                },
                .serverStreaming("/test.Echo/Repeat") { (request: Blob, writer: ResponseWriter<Blob>, _) in
                    for _ in 0..<(Int(request.text) ?? 0) { try await writer.write(Blob(size: 10_000)) }
                },
                .serverStreaming("/test.Echo/Watch") { (request: Blob, writer: ResponseWriter<Blob>, _) in
                    try await writer.write(request)
                    try await self.hang()
                },
                .bidirectional("/test.Echo/Chat") { (requests: RequestStream<Blob>, writer: ResponseWriter<Blob>, _) in
                    for try await request in requests { try await writer.write(request) }
                },
                .clientStreaming("/test.Echo/Count") { (requests: RequestStream<Blob>, _) in
                    var count = 0
                    for try await _ in requests { count += 1 }
                    return Blob("\(count)")
                },
            ])
    }

    private func hang() async throws {
        starts.withLock { $0 += 1 }
        do {
            try await Task.sleep(for: .seconds(600))
        } catch {
            cancellations.withLock { $0 += 1 }
            throw error
        }
    }
}

/// An authority and the contexts of a fleet that trusts it.
struct TestFleet {
    let folder: TemporaryFolder
    private let authority: CertificateAuthority
    private let now = Int64(Date().timeIntervalSince1970)

    var authorityFile: String { folder.file("ca.crt") }

    init() throws {
        folder = try TemporaryFolder()
        authority = try CertificateAuthority.create(commonName: "test authority", now: now)
        try authority.certificatePEM.write(toFile: folder.file("ca.crt"), atomically: true, encoding: .utf8)
    }

    func files(_ name: String) throws -> (certificate: String, key: String) {
        let issued = try authority.issue(
            .init(
                commonName: name, dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"],
                uriNames: ["sidecar://\(name)"]), now: now)
        let stem = name.replacingOccurrences(of: "/", with: "-")
        let files = (certificate: folder.file("\(stem).crt"), key: folder.file("\(stem).key"))
        try issued.certificatePEM.write(toFile: files.certificate, atomically: true, encoding: .utf8)
        try issued.privateKeyPEM.write(toFile: files.key, atomically: true, encoding: .utf8)
        return files
    }

    func server(_ name: String) throws -> TLSContext {
        let files = try files(name)
        return try .server(
            certificateFile: files.certificate, privateKeyFile: files.key, alpn: ["h2"], clientCAFile: authorityFile)
    }

    func client(_ name: String) throws -> TLSContext {
        let files = try files(name)
        return try .client(
            trustedCAFile: authorityFile, certificateFile: files.certificate, privateKeyFile: files.key, alpn: ["h2"])
    }

    /// One that has no certificate to show.
    func stranger() throws -> TLSContext {
        try .client(trustedCAFile: authorityFile, alpn: ["h2"])
    }
}

let grpcLoops = MultiThreadedEventLoopGroup.singleton

/// Starts a server, runs the body, and stops the server.
func withGRPCServer(
    _ services: [ServiceDefinition], tls: TLSContext? = nil, limits: GRPCListenerLimits = GRPCListenerLimits(),
    authorize: @escaping CallAuthorization = { _, _ in nil }, _ body: (GRPCListening) async throws -> Void
) async throws {
    let listening = try await GRPCListener.start(
        host: "127.0.0.1", port: 0, tls: tls, services: services, authorize: authorize, limits: limits,
        group: grpcLoops)
    do {
        try await body(listening)
    } catch {
        await listening.shutdown(grace: .zero)
        throw error
    }
    await listening.shutdown(grace: .zero)
}
