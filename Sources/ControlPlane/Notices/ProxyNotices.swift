internal import FoundationEssentials
package import GRPCLite
package import Gossip
package import Logging
package import NIOCore
internal import NIOPosix
internal import SidecarAPI
internal import TLSEngine
package import Transport

/// Tells any one proxy, as this control plane, in the words of Neon's notifications (`/endpoint_settings_update`), by
/// `sidecar.admin.v1.Admin/Notify`.
package struct ProxyNotices: Sendable {
    private struct Notification: Encodable {
        let type = "message"
        let topic = "/endpoint_settings_update"
        /// JSON once more, as text.
        let data: String
    }

    private struct Names: Encodable {
        let endpointIDs: [String]

        enum CodingKeys: String, CodingKey { case endpointIDs = "endpoint_ids" }
    }

    /// For one proxy's answer, and for finding one that answers.
    private static let answerLimit = Duration.seconds(5)

    private let proxies: GRPCTarget
    private let tls: @Sendable () throws -> TLSContext
    private let group: any EventLoopGroup
    private let offences: OffenceCounters

    /// - Parameters:
    ///   - proxies: where they take calls; the first that answers is told.
    ///   - offences: theirs.
    package init(
        to proxies: GRPCTarget, _ configuration: ControlPlaneConfiguration, offences: OffenceCounters,
        on group: any EventLoopGroup
    ) {
        self.proxies = proxies
        self.group = group
        self.offences = offences
        // Read for every notice, since certificates are renewed.
        tls = { try configuration.clientContext() }
    }

    package func tell(_ endpoints: [EndpointName]) async throws {
        let encoder = JSONEncoder()
        let names = try encoder.encode(Names(endpointIDs: endpoints.map(\.text)))
        let notification = try encoder.encode(Notification(data: String(decoding: names, as: UTF8.self)))
        // For one notice: what an administrator changes, he changes seldom.
        let channel = GRPCBalancedChannel(
            proxies, tls: try tls(),
            expectedPeer: { peer in
                if case .proxy = FleetIdentity(uriNames: peer.uriNames) { true } else { false }
            }, offences: offences, group: group)
        let outcome: Result<Void, any Error>
        do {
            _ = try await AdminV1.AdminClient(channel).notify(
                AdminV1.NotifyRequest(notification: [UInt8](notification)),
                options: CallOptions(timeout: Self.answerLimit))
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await channel.shutdown()
        try outcome.get()
    }
}

extension FleetNotices {
    /// Told to any one of these proxies.
    package init(
        to proxies: GRPCTarget, _ configuration: ControlPlaneConfiguration, metrics: ControlPlaneMetrics, log: Logger
    ) {
        let notices = ProxyNotices(
            to: proxies, configuration, offences: metrics.serverOffences, on: MultiThreadedEventLoopGroup.singleton)
        self.init(log: log) { endpoints in try await notices.tell(endpoints) }
    }
}
