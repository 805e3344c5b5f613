internal import GRPCLite
internal import Gossip
internal import NIOPosix
internal import SidecarAPI
internal import TLSEngine
internal import Transport

/// A way to the fleet: each call goes to the first proxy that can be reached.
struct AdminLink {
    /// For one connect; an operator waits for the next proxy no longer than that.
    private static let connectLimit: Duration = .seconds(2)

    private struct Proxy {
        var id: String
        var channel: GRPCClientChannel
    }

    private let proxies: [Proxy]

    init(_ options: AdminOptions) throws {
        let fleet = try options.fleet()
        let tls: TLSContext
        do {
            tls = try TLSContext.client(
                trustedCAFile: options.data + "/ca.crt", certificateFile: options.data + "/certs/admin.crt",
                privateKeyFile: options.data + "/certs/admin.key", alpn: ["h2"])
        } catch {
            throw CommandFailure.badConfiguration("--data: the admin's certificate cannot be used: \(error)")
        }
        let asked = fleet.proxies.filter { options.proxy == nil || $0.id == options.proxy }
        guard !asked.isEmpty else {
            let known = fleet.proxies.map(\.id).joined(separator: ", ")
            throw CommandFailure.badConfiguration("--proxy: “\(options.proxy ?? "")” is none of \(known)")
        }
        proxies = try asked.map { proxy in
            guard let address = ListenAddress(argument: proxy.grpc) else {
                throw CommandFailure.badConfiguration("fleet.json: “\(proxy.grpc)” is not host:port")
            }
            let expected = FleetIdentity.proxy(MemberID(proxy.id))
            let channel = GRPCClientChannel(
                host: address.host, port: address.port, tls: tls,
                expectedPeer: { FleetIdentity(uriNames: $0.uriNames) == expected },
                connectLimit: Self.connectLimit, group: MultiThreadedEventLoopGroup.singleton)
            return Proxy(id: proxy.id, channel: channel)
        }
    }

    /// Asks the proxies in turn until one has an answer; “unavailable” is none.
    func call<Answer>(
        _ body: (AdminV1.AdminClient) async throws(GRPCStatus) -> Answer
    ) async throws -> Answer {
        var silences: [String] = []
        for proxy in proxies {
            do throws(GRPCStatus) {
                return try await body(AdminV1.AdminClient(proxy.channel))
            } catch {
                guard error.code == .unavailable else {
                    throw CommandFailure.failed(error.message.isEmpty ? "\(error)" : error.message)
                }
                silences.append("\(proxy.id): \(error.message)")
            }
        }
        throw CommandFailure.failed("no proxy can answer (\(silences.joined(separator: "; "))). Is the fleet running?")
    }
}
