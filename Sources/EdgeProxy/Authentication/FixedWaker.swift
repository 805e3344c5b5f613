internal import Gossip

/// Knows one server, which is every endpoint's compute and is never woken.
struct FixedWaker: Waker {
    let host: String
    let port: Int
    /// The name that its certificate must carry. `nil`: it is spoken to in clear.
    let serverName: String?

    func location(
        of endpoint: EndpointName, session: SessionContext, deadline: ContinuousClock.Instant
    ) async throws(WakeFailure) -> Located {
        let location = ComputeLocation(
            endpoint: endpoint, version: FactVersion(generation: 1, sequence: 1), host: host, port: port,
            serverName: serverName, computeID: serverName ?? host)
        // Nobody else can have taken its place, so what it says of a login is believed.
        return Located(location: location, isCached: false)
    }

    /// There is no other place to go: the connect loop tries this one again until its deadline.
    func invalidate(_ endpoint: EndpointName, upTo version: FactVersion) {}
}
