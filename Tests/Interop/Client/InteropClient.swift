import ArgumentParser
import Foundation
import GRPCLite
import InteropOptions
import NIOPosix
import SidecarAPI
import TLSEngine
import Transport

/// Plays one of gRPC's interoperability tests against any implementation's server.
@main
struct InteropClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sidecar-interop-client",
        abstract: "Calls grpc.testing.TestService. Exits 0 when the test passed.",
        discussion: """
            Without --test-case it makes the calls that standard input asks for, a line of JSON each, and says with a \
            line what became of each.
            """)

    @Option(help: "host:port, dns:///host:port, or ipv4:1.2.3.4:5,6.7.8.9:10.")
    var server: String

    @Option(help: ArgumentHelp("One of: \(TestCase.allCases.map(\.rawValue).joined(separator: ", "))."))
    var testCase: TestCase?

    @Flag(help: "Speak TLS. Without it: plaintext HTTP/2.")
    var tls = false

    @Option(help: "Whom to trust, PEM.")
    var ca: String?

    @Option(help: "What to show a server that asks, PEM.")
    var cert: String?

    @Option(help: "Its private key, PEM.")
    var key: String?

    @Option(
        help: ArgumentHelp(
            """
            How the addresses of a server share the calls: pick_first or round_robin. one_server: by the channel that our own
            programs have for one another, which knows a single address.
            """))
    var policy = "pick_first"

    @Option(help: "How often the case is played, one time after the other, on the same channel.")
    var times = 1

    @Flag(help: "Calls wait for a server to be there.")
    var waitForReady = false

    @Option(help: "The pause after the first failure to connect, in milliseconds.")
    var firstBackoff: Int?

    @Option(help: "The least time, in milliseconds, from one resolution of the name to the next.")
    var resolutionInterval: Int?

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let offences = OffenceCounters()
        let channel = try makeChannel(offences)
        do {
            try await play(waitForReady ? PatientChannel(channel: channel) : channel, offences)
        } catch {
            await channel.shutdown()
            FileHandle.standardError.write(Data("\(testCase?.rawValue ?? "calls"): \(error)\n".utf8))
            throw ExitCode(1)
        }
        await channel.shutdown()
        if let testCase { print("\(testCase.rawValue): passed") }
    }

    private func play(_ channel: any GRPCChannel, _ offences: OffenceCounters) async throws {
        guard let testCase else { return try await CallsFromInput(channel: channel, offences: offences).run() }
        let interop = Interop(channel)
        for _ in 0..<times { try await testCase.run(interop) }
    }

    private func makeChannel(_ offences: OffenceCounters) throws -> any ClosableChannel {
        guard let target = GRPCTarget(server) else {
            throw ValidationError("--server \(server): not host:port, and no list of addresses")
        }
        let (tls, group) = (try context(), MultiThreadedEventLoopGroup.singleton)
        guard policy == "one_server" else {
            return GRPCBalancedChannel(
                target, tls: tls, configuration: try balancing(), offences: offences, group: group)
        }
        guard let colon = server.lastIndex(of: ":"), let port = Int(server[server.index(after: colon)...]) else {
            throw ValidationError("--server \(server): not host:port")
        }
        var limits = ConnectionLimits()
        connection.apply(to: &limits)
        var backoff = ConnectBackoff()
        if let firstBackoff { backoff.initial = .milliseconds(firstBackoff) }
        return GRPCClientChannel(
            host: String(server[..<colon]), port: port, tls: tls, limits: limits, backoff: backoff,
            offences: offences, group: group)
    }

    private func balancing() throws -> GRPCBalancedChannel.Configuration {
        var configuration = GRPCBalancedChannel.Configuration()
        switch policy {
        case "pick_first": configuration.plan.policy = .pickFirst
        case "round_robin": configuration.plan.policy = .roundRobin
        default: throw ValidationError("--policy \(policy): pick_first, round_robin or one_server")
        }
        if let firstBackoff { configuration.plan.backoff.initial = .milliseconds(firstBackoff) }
        if let resolutionInterval { configuration.plan.resolutionInterval = .milliseconds(resolutionInterval) }
        connection.apply(to: &configuration.limits)
        return configuration
    }

    private func context() throws -> TLSContext? {
        guard tls else { return nil }
        guard let ca else { throw ValidationError("--tls needs --ca") }
        return try .client(trustedCAFile: ca, certificateFile: cert, privateKeyFile: key, alpn: ["h2"])
    }
}

private protocol ClosableChannel: GRPCChannel {
    func shutdown() async
}

extension GRPCBalancedChannel: ClosableChannel {}
extension GRPCClientChannel: ClosableChannel {}

/// Every call of which waits for ready.
private struct PatientChannel: GRPCChannel {
    let channel: any GRPCChannel

    func open(_ path: String, options: CallOptions) async throws(GRPCStatus) -> ClientCall {
        var options = options
        options.waitsForReady = true
        return try await channel.open(path, options: options)
    }
}
