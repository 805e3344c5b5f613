/// The agent's two HTTP listeners and what strangers may take of them.
package struct AgentHTTPConfiguration: Sendable {
    /// Neon's ports.
    package static let externalPort = 3080
    package static let internalPort = 3081

    /// For the control plane, with tokens. Any address of this machine.
    package var externalHost = "0.0.0.0"
    /// 0 takes any free port; `nil` serves none.
    package var externalPort: Int? = Self.externalPort
    /// For Postgres beside us, without tokens: on the loopback address, always.
    package var internalPort: Int? = Self.internalPort
    /// A JWK set that is read again when it changes. Without it the keys come beside the spec.
    package var keyFile: String?

    /// How long the agent answers after a fast termination, or a failed start.
    package var longLinger: Duration = .seconds(30)
    /// The same after an immediate termination.
    package var briefLinger: Duration = .milliseconds(300)
    /// How long `/configure` may wait for its outcome. A first start counts.
    package var configureLimit: Duration = .seconds(300)
    /// How long `/terminate` may wait beyond what the steps of the stop themselves may take.
    package var terminateLimit: Duration = .seconds(60)
    /// How long a question to Postgres may take.
    package var queryLimit: Duration = .seconds(20)
    /// How long `/database_schema` may take.
    package var dumpLimit: Duration = .seconds(300)
    /// How long `/promote` waits for the log to be replayed.
    package var replayLimit: Duration = .seconds(20)
    /// Connections of each listener open at once.
    package var connectionLimit = 64
    /// A connection that sends no whole request for so long is closed.
    package var idleLimit: Duration = .seconds(30)

    package init() {}
}
