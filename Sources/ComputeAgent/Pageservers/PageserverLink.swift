internal import GRPCLite
internal import NIOCore
internal import PostgresWire
internal import SidecarAPI
internal import TLSEngine
internal import Telemetry
internal import Transport

/// Speaks with pageservers, over either protocol, in the name of one timeline.
struct PageserverLink: Sendable {
    let timeline: RemoteTimeline
    /// For addresses that ask for TLS. `nil`: those are refused.
    let trust: TLSContext?
    let group: any EventLoopGroup
    /// For name, dial and login together.
    let connectLimit: Duration
    /// Of pageservers.
    var offences = OffenceCounters()

    static let applicationName = "compute_ctl"
    /// A message of a base backup has at most 4 MiB of it, and a frame around that.
    private static let messageLimit = 4 * 1024 * 1024 + 64 * 1024

    struct NoTrust: Error, CustomStringConvertible {
        var address: PageserverAddress
        var description: String { "\(address): asks for TLS, and no authority is configured for storage" }
    }

    /// Opens a session; the caller closes it.
    func connect(to address: PageserverAddress) async throws -> PostgresConnection {
        try await PostgresConnection.connect(
            to: .host(address.host, port: address.port),
            tls: try context(for: address).map { (context: $0, serverName: address.host) },
            parameters: StartupParameters([
                ("user", address.user), ("application_name", Self.applicationName),
                ("options", "-c neon.compute_mode=\(timeline.mode.settingValue)"),
            ]), token: timeline.token, deadline: .now + connectLimit, on: group.next())
    }

    /// Calls it over gRPC, in clear unless the address asks for TLS; the connection ends with `body`.
    func call<Value: Sendable>(
        _ address: PageserverAddress,
        _ body: (PageAPI.PageServiceClient) async throws -> Value
    ) async throws -> Value {
        var limits = ConnectionLimits()
        limits.messageSize = Self.messageLimit
        let channel = GRPCClientChannel(
            host: address.host, port: address.port, tls: try context(for: address), limits: limits,
            connectLimit: connectLimit, offences: offences, group: group)
        do {
            let value = try await body(PageAPI.PageServiceClient(channel))
            await channel.shutdown()
            return value
        } catch {
            await channel.shutdown()
            throw error
        }
    }

    /// What goes with every call.
    func options(for shard: ShardIndex, timeout: Duration) -> CallOptions {
        var metadata = Metadata()
        metadata.append(name: "neon-tenant-id", value: timeline.tenantID)
        metadata.append(name: "neon-timeline-id", value: timeline.timelineID)
        metadata.append(name: "neon-shard-id", value: shard.description)
        if let token = timeline.token { metadata.append(name: "authorization", value: "Bearer \(token.reveal())") }
        return CallOptions(timeout: timeout, metadata: metadata)
    }

    private func context(for address: PageserverAddress) throws -> TLSContext? {
        guard address.demandsTLS else { return nil }
        guard let trust else { throw NoTrust(address: address) }
        return trust
    }
}
