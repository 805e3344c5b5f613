package import Telemetry

/// How an agent reaches a Postgres that somebody else started. Where it listens is the configuration's `listenHost` and
/// `port`.
package struct AttachOptions: Sendable {
    /// The superuser to log in as.
    package var user = "cloud_admin"
    /// Proved by SCRAM. `nil`: over the socket alone, where Postgres asks the kernel.
    package var password: Secret<String>?
    /// Folder of Postgres's socket, shared between the containers. `nil`: over TCP.
    package var socketFolder: String?
    /// Authorities for Postgres's certificate. `nil`: in clear, which is for one pod's own loopback interface.
    package var trustFile: String?
    /// The name in that certificate. `nil`: the address itself.
    package var serverName: String?
    /// How long it may take until Postgres lets us in.
    package var startLimit: Duration = .seconds(300)

    package init() {}
}
