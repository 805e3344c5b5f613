import ArgumentParser
import Foundation
import GRPCLite
import InteropOptions
import NIOPosix
import SidecarAPI
import TLSEngine
import Transport
import UnixSignals

/// Serves gRPC's interoperability tests, for any implementation's client.
@main
struct InteropServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sidecar-interop-server", abstract: "Serves grpc.testing.TestService on 127.0.0.1.",
        discussion: """
            SIGHUP reads the certificate anew. SIGUSR1 has it say, as a line of JSON, how often clients broke which rule, and \
            SIGUSR2 what interceptors have seen. \
            SIGTERM and SIGINT let calls end for 5 s.
            """)

    @Option(help: "0 lets the system choose.")
    var port = 0

    @Flag(help: "Speak TLS. Without it: plaintext HTTP/2.")
    var tls = false

    @Option(help: "The certificate and its chain, PEM.")
    var cert: String?

    @Option(help: "Its private key, PEM.")
    var key: String?

    @Option(help: "Clients must show a certificate that leads to one of these, PEM.")
    var clientCa: String?

    @Option(help: "host:port of another such server: unary calls are passed on to it, on behalf of those who call.")
    var upstream: String?

    @Flag(help: "Interceptors around all calls, those to the upstream too: W3C trace contexts, and metrics.")
    var observed = false

    @Option(help: "Milliseconds that a TLS handshake may take.")
    var handshake: Int?

    @Option(help: "Connections that one address may have.")
    var maxConnectionsPerAddress: Int?

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if tls, cert == nil || key == nil { throw ValidationError("--tls needs --cert and --key") }
    }

    func run() async throws {
        let context = try context()
        let observation = Observation()
        let service = TestService(upstream: try channelToUpstream(observation)).definition
        let own = [observed ? observation.around(service) : service]
        var limits = GRPCListenerLimits()
        connection.apply(to: &limits.connection)
        if let handshake { limits.handshake = .milliseconds(handshake) }
        if let maxConnectionsPerAddress { limits.connectionsPerAddress = maxConnectionsPerAddress }
        let open = OpenServices(beside: own, isOpenToAll: false) { true }
        let listening = try await GRPCListener.start(
            host: "127.0.0.1", port: port, tls: context, services: own + open.definitions,
            authorize: open.authorization { _, _ in nil }, limits: limits, group: MultiThreadedEventLoopGroup.singleton)
        open.health.look()
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup, .sigusr1, .sigusr2)
        FileHandle.standardOutput.write(Data("listening on 127.0.0.1:\(listening.port)\n".utf8))
        for await signal in signals {
            if signal == .sigusr1 {
                try say(listening.offences)
                continue
            }
            if signal == .sigusr2 {
                FileHandle.standardOutput.write(try observation.report())
                continue
            }
            guard signal == .sighup else { break }
            // The files were exchanged: who connects from now on sees the new certificate.
            if let fresh = try self.context() { context?.adopt(fresh) }
        }
        open.health.shutDown()
        await listening.shutdown(grace: .seconds(5))
    }

    private func channelToUpstream(_ observation: Observation) throws -> (any GRPCChannel)? {
        guard let upstream else { return nil }
        guard let target = GRPCTarget(upstream) else { throw ValidationError("--upstream \(upstream): not host:port") }
        let channel = GRPCBalancedChannel(target, tls: nil, group: MultiThreadedEventLoopGroup.singleton)
        return observed ? observation.around(channel) : channel
    }

    private func say(_ offences: OffenceCounters) throws {
        let counts = HTTP2Offence.allCases.map { ($0.rawValue, offences[$0]) }
        let line = try JSONEncoder().encode(Dictionary(uniqueKeysWithValues: counts))
        FileHandle.standardOutput.write(line + Data("\n".utf8))
    }

    private func context() throws -> TLSContext? {
        guard tls, let cert, let key else { return nil }
        return try .server(certificateFile: cert, privateKeyFile: key, alpn: ["h2"], clientCAFile: clientCa)
    }
}
