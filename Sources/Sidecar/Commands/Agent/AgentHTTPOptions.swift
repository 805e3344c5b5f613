internal import ArgumentParser
internal import ComputeAgent

/// The agent's HTTP interface, by the names that Neon's agent has for it.
struct AgentHTTPOptions: ParsableArguments {
    @Option(help: "Port for the control plane, with tokens: 1 to 65535, 0 for any free one, “none” for no listener.")
    var externalHttpPort = "\(AgentHTTPConfiguration.externalPort)"

    @Option(help: "Port for Postgres beside the agent, on loopback and without tokens; values as above.")
    var internalHttpPort = "\(AgentHTTPConfiguration.internalPort)"

    @Option(help: "Address that the external port is on.")
    var httpListen = "0.0.0.0"

    @Option(
        help: "File with the JWK set whose Ed25519 keys sign tokens; read again when it changes. Default: the spec's.")
    var jwksFile: String?

    @Option(help: "Seconds in which the agent still answers after a fast termination or a failed start.")
    var httpLinger = 30

    /// - Returns: `nil` when nothing is to be served.
    func configuration() throws -> AgentHTTPConfiguration? {
        guard (0...3600).contains(httpLinger) else {
            throw CommandFailure.badConfiguration("--http-linger: must be 0 to 3600")
        }
        var configuration = AgentHTTPConfiguration()
        configuration.externalPort = try Self.port(externalHttpPort, "--external-http-port")
        configuration.internalPort = try Self.port(internalHttpPort, "--internal-http-port")
        configuration.externalHost = httpListen
        configuration.keyFile = jwksFile
        configuration.longLinger = .seconds(httpLinger)
        return configuration.externalPort == nil && configuration.internalPort == nil ? nil : configuration
    }

    private static func port(_ text: String, _ option: String) throws -> Int? {
        if text == "none" { return nil }
        guard let port = Int(text), (0...65_535).contains(port) else {
            throw CommandFailure.badConfiguration("\(option): must be 0 to 65535, or none")
        }
        return port
    }
}
