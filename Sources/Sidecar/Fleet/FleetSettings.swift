internal import ComputeAgent

/// What `sidecar up` was asked for.
struct FleetSettings: Sendable {
    /// Of the first proxy; the others take the ports after it. With port 0 every port is a free one.
    var listen: ListenAddress
    var proxyCount: Int
    /// What follows an endpoint's name in the host that clients ask for.
    var domain: String
    /// `nil`: never.
    var suspendAfter: Duration?
    /// How long a proxy that is stopped waits for its sessions.
    var drainDeadline: Duration
    var binaries: PostgresBinaries
    /// Whom Postgres runs as; `nil`: as we do.
    var user: SystemUser?
}
