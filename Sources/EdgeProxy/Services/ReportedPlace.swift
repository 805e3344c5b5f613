package import GRPCLite
package import Gossip
package import SidecarAPI

/// What an agent's transition says about where its compute is.
package enum ReportedPlace: Equatable, Sendable {
    /// Dial it.
    case runs(ComputeLocation)
    /// Nobody dials this version or an older one any more.
    case ended
    /// Not up yet, or up as the last report said.
    case asBefore

    /// - Throws: `invalidArgument` for a running compute without an address to dial.
    package init(
        _ transition: ReportV1.Transition, of endpoint: EndpointName, at version: FactVersion
    ) throws(GRPCStatus) {
        switch transition.state {
        case .running:
            self = .runs(try Self.location(transition, of: endpoint, at: version))
        case .terminationPendingFast, .terminationPendingImmediate, .terminated, .failed:
            self = .ended
        case .empty, .configurationPending, .configuration, .`init`, .refreshConfigurationPending,
            .refreshConfiguration:
            self = .asBefore
        // A state of a later protocol: unknown is neither up nor down.
        case .unspecified, .unrecognized:
            self = .asBefore
        }
    }

    private static func location(
        _ transition: ReportV1.Transition, of endpoint: EndpointName, at version: FactVersion
    ) throws(GRPCStatus) -> ComputeLocation {
        guard let place = NetworkAddress(transition.address) else {
            throw GRPCStatus(.invalidArgument, "a running compute has an address of the form host:port")
        }
        return ComputeLocation(
            endpoint: endpoint, version: version, host: place.host, port: place.port,
            serverName: transition.serverName.isEmpty ? nil : transition.serverName, computeID: transition.computeID,
            agent: NetworkAddress(transition.agentAddress))
    }
}
