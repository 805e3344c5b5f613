internal import PostgresWire

/// Where a login in the browser leads: nobody need be asked for a compute, and there is no other one to try.
struct Destination: Sendable {
    private let host: String
    private let port: Int
    private let user: String
    private let database: String

    init(_ login: LoginDelivery) {
        host = login.host
        port = login.port
        user = login.user
        database = login.database
    }

    /// The client's own parameters, but as whom and to what it has been let in.
    func parameters(_ parameters: StartupParameters) -> StartupParameters {
        parameters.replacing([("user", user), ("database", database)])
    }

    /// A connector that goes there and nowhere else: what cannot be reached is not woken.
    func reached(by connector: ComputeConnector) -> ComputeConnector {
        var connector = connector
        connector.waker = FixedWaker(host: host, port: port, serverName: nil)
        connector.limits.relocations = 0
        // Nor is it starting because of us.
        connector.limits.recentStart = .zero
        return connector
    }
}
