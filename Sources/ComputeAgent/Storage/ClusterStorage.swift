internal import Telemetry

/// Where the data directory's contents come from.
protocol ClusterStorage: Sendable {
    /// Gets a cluster into the data directory, so that a start needs nothing more than its configuration.
    ///
    /// May be cancelled at any point. Then, and when it fails, nothing that it started runs, and nothing half-made has the
    /// data directory's name.
    func prepareCluster() async throws -> AdministratorKey
}

/// What lets the agent in as the superuser of its own Postgres.
enum AdministratorKey: Sendable {
    /// Over TCP and TLS, by SCRAM.
    case password(Secret<String>)
    /// Over a socket in this folder, which nobody else can enter, as who the agent is to the kernel. For clusters that come
    /// from elsewhere, whose passwords nobody here knows and which may not be writable.
    /// - Parameter agentUser: what the kernel calls the agent.
    case peer(folder: String, agentUser: String)
    /// As the configuration says: the cluster is somebody else's.
    case given(AdministratorLogin)

    /// `nil` when the agent does not come in over a socket.
    var agentUser: String? {
        if case .peer(_, let name) = self { name } else { nil }
    }

    /// Empty when there is none.
    var socketFolder: String {
        if case .peer(let folder, _) = self { folder } else { "" }
    }
}
