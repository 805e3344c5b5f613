package import Gossip
package import PostgresWire
package import Transport

/// What a cancel key gives the right to: to stop what one compute is doing for one session.
package struct CancelGrant: Equatable, Sendable {
    package var endpoint: EndpointName
    /// Of the fact that said where the compute is. A compute whose end is known is not asked any more.
    package var version: FactVersion
    package var target: PostgresUpstream.Target
    /// The compute's own. It dies with the session, so that an old grant can stop nobody else's query.
    package var computeKey: CancelKey

    package init(
        endpoint: EndpointName, version: FactVersion, target: PostgresUpstream.Target, computeKey: CancelKey
    ) {
        self.endpoint = endpoint
        self.version = version
        self.target = target
        self.computeKey = computeKey
    }

    package init(_ location: ComputeLocation, computeKey: CancelKey) {
        self.init(
            endpoint: location.endpoint, version: location.version, target: location.target, computeKey: computeKey)
    }
}
