import Foundation
import Synchronization

/// A real PostgreSQL in a folder of its own, for one test or one suite. Stopped, and its folder removed, when the test
/// lets go of it.
package final class PostgresServer: Sendable {
    package struct Trouble: Error, CustomStringConvertible {
        package var description: String
    }

    /// A certificate and its key, as PEM.
    package struct Identity: Sendable {
        package var certificatePEM: String
        package var privateKeyPEM: String

        package init(certificatePEM: String, privateKeyPEM: String) {
            self.certificatePEM = certificatePEM
            self.privateKeyPEM = privateKeyPEM
        }
    }

    package static let superuser = "postgres"
    package static let password = "s3cret of the superuser"

    /// Of the newest PostgreSQL in Debian's place; `nil` when there is none, and then a test should say so and end.
    package static let binaries: String? = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return versions.compactMap(Int.init).max().map { "\(root)/\($0)/bin" }
    }()

    package let port: Int
    private let folder: TemporaryFolder
    private let process: Mutex<Process?>

    /// Returns when the server takes connections on 127.0.0.1: passwords by SCRAM, and TLS when it has an identity.
    package init(identity: Identity? = nil) async throws {
        guard let binaries = Self.binaries else { throw Trouble(description: "no PostgreSQL in /usr/lib/postgresql") }
        folder = try TemporaryFolder()
        port = try Self.freePort()
        process = Mutex(nil)
        let passwordFile = folder.file("password")
        try Self.password.write(toFile: passwordFile, atomically: false, encoding: .utf8)
        try Self.run(["chown", "-R", Self.account, folder.path])
        try Self.run(
            Self.asUser + [
                "\(binaries)/initdb", "--pgdata", data, "--username", Self.superuser, "--pwfile", passwordFile,
                "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync",
            ])
        if let identity { try install(identity) }
        try start()
        try await eventually("PostgreSQL takes connections") { self.isReady }
    }

    deinit {
        stop()
    }

    private var data: String { folder.file("data") }

    /// The process id of the postmaster.
    package var processID: Int32? { process.withLock { $0?.processIdentifier } }

    /// Starts it again after `stop()`, on the same port with the same data.
    package func start() throws {
        guard let binaries = Self.binaries else { return }
        let arguments =
            Self.asUser + [
                "\(binaries)/postgres", "-D", data, "-p", "\(port)", "-c", "listen_addresses=127.0.0.1", "-c",
                "unix_socket_directories=", "-c", "fsync=off", "-c", "max_connections=200",
            ]
        let log = folder.file("log")
        if !FileManager.default.fileExists(atPath: log) { try Data().write(to: URL(filePath: log)) }
        let child = Process()
        child.executableURL = URL(filePath: "/usr/bin/env")
        child.arguments = arguments
        let output = FileHandle(forWritingAtPath: log)
        child.standardOutput = output
        child.standardError = output
        child.standardInput = FileHandle.nullDevice
        try child.run()
        process.withLock { $0 = child }
    }

    /// Ends it at once (immediate shutdown) and waits for its end.
    package func stop() {
        guard let child = process.withLock({ $0.take() }) else { return }
        kill(child.processIdentifier, SIGQUIT)
        child.waitUntilExit()
    }

    package var log: String { (try? String(contentsOfFile: folder.file("log"), encoding: .utf8)) ?? "" }

    package var isReady: Bool {
        guard let binaries = Self.binaries else { return false }
        return (try? Self.run(["\(binaries)/pg_isready", "-q", "-h", "127.0.0.1", "-p", "\(port)"])) != nil
    }

    private func install(_ identity: Identity) throws {
        try identity.certificatePEM.write(toFile: "\(data)/server.crt", atomically: false, encoding: .utf8)
        try identity.privateKeyPEM.write(toFile: "\(data)/server.key", atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(data)/server.key")
        try Self.run(["chown", Self.account, "\(data)/server.crt", "\(data)/server.key"])
        let configuration = try FileHandle(forUpdating: URL(filePath: "\(data)/postgresql.conf"))
        defer { try? configuration.close() }
        try configuration.seekToEnd()
        try configuration.write(contentsOf: Data("\nssl = on\n".utf8))
    }

    // MARK: Running programs

    /// PostgreSQL refuses to run as root.
    private static var asUser: [String] {
        geteuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
    }

    private static var account: String { geteuid() == 0 ? "postgres" : "\(geteuid())" }

    private static func run(_ command: [String]) throws {
        let child = Process()
        child.executableURL = URL(filePath: "/usr/bin/env")
        child.arguments = command
        let errors = Pipe()
        child.standardOutput = FileHandle.nullDevice
        child.standardError = errors
        child.standardInput = FileHandle.nullDevice
        try child.run()
        let text = errors.fileHandleForReading.readDataToEndOfFile()
        child.waitUntilExit()
        guard child.terminationStatus == 0 else {
            throw Trouble(description: "\(command.joined(separator: " ")): \(String(decoding: text, as: UTF8.self))")
        }
    }

    private static let ports: Range<UInt16> = 12_000..<32_000
    /// Given last. Another process begins somewhere else.
    private static let lastPort = Mutex(UInt16.random(in: ports))

    /// A port that was free a moment ago, that nobody else of this process is given, and that is none of those that the
    /// kernel gives away: whoever waits for a while before it listens there finds nobody in its place.
    package static func freePort() throws -> Int {
        for _ in 0..<100 {
            let port = lastPort.withLock { last in
                last = last + 1 < ports.upperBound ? last + 1 : ports.lowerBound
                return last
            }
            if let port = try bound(to: port) { return port }
        }
        throw Trouble(description: "no free port")
    }

    private static func bound(to port: UInt16) throws -> Int? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Trouble(description: "no socket") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0
            }
        }
        return bound ? Int(port) : nil
    }
}
