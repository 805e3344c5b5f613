import ArgumentParser
import Foundation
import GRPCLite
import NIOPosix
import SidecarAPI
import TLSEngine
import Transport

/// Plays one of gRPC's interoperability tests against any implementation's server.
@main
struct InteropClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sidecar-interop-client", abstract: "Calls grpc.testing.TestService. Exits 0 when the test passed."
    )

    @Option(help: "host:port")
    var server: String

    @Option(help: ArgumentHelp("One of: \(TestCase.allCases.map(\.rawValue).joined(separator: ", "))."))
    var testCase: TestCase

    @Flag(help: "Speak TLS. Without it: plaintext HTTP/2.")
    var tls = false

    @Option(help: "Whom to trust, PEM.")
    var ca: String?

    @Option(help: "What to show a server that asks, PEM.")
    var cert: String?

    @Option(help: "Its private key, PEM.")
    var key: String?

    func run() async throws {
        guard let colon = server.lastIndex(of: ":"), let port = Int(server[server.index(after: colon)...]) else {
            throw ValidationError("--server \(server): not host:port")
        }
        let channel = GRPCClientChannel(
            host: String(server[..<colon]), port: port, tls: try context(), connectLimit: .seconds(20),
            group: MultiThreadedEventLoopGroup.singleton)
        do {
            try await testCase.run(Interop(channel))
        } catch {
            await channel.shutdown()
            FileHandle.standardError.write(Data("\(testCase.rawValue): \(error)\n".utf8))
            throw ExitCode(1)
        }
        await channel.shutdown()
        print("\(testCase.rawValue): passed")
    }

    private func context() throws -> TLSContext? {
        guard tls else { return nil }
        guard let ca else { throw ValidationError("--tls needs --ca") }
        return try .client(trustedCAFile: ca, certificateFile: cert, privateKeyFile: key, alpn: ["h2"])
    }
}
