internal import ArgumentParser
internal import EdgeProxy
internal import Telemetry

/// How clients prove who they are.
struct AuthenticationOptions: ParsableArguments {
    /// What Neon's proxy calls the source of secrets and wakes, by all the names it has had.
    enum Backend: String, ExpressibleByArgument, CaseIterable {
        case console
        case controlPlane = "control-plane"
        case controlPlaneV1 = "cplane-v1"
        case postgres
        case agent
        case link
        case consoleRedirect = "console-redirect"
    }

    @Option(
        help: """
            Where secrets and wakes come from. “console” (or “control-plane”): the control plane. “postgres”: the \
            server of --auth-endpoint keeps the roles and is every endpoint's database; nothing is woken. “agent”: the \
            computes' own agents, which report where they are; nothing is woken. “link” (or “console-redirect”): clients are shown a link, and a callback says where the login behind it leads.
            """)
    var authBackend = Backend.console

    @Option(
        name: [.long, .customShort("a")],
        help: "Base address of the control plane's calls; with “postgres”, a URI: postgres://user@host:port/database.")
    var authEndpoint = "http://127.0.0.1:3000/authenticate_proxy_request/"

    @Option(help: "File that holds the password for the “postgres” of --auth-endpoint.")
    var authEndpointPasswordFile: String?

    @Option(
        help:
            "File of the control plane's bearer tokens, one in each line: the first is sent. It is read anew for each call."
    )
    var controlPlaneTokenFile: String?

    @Option(help: "Passwords in clear that are checked at one time, each on a thread of its own.")
    var scramThreadPoolSize = 4

    @Option(name: [.long, .customShort("u")], help: "With “link”: what the link begins with; a session's id follows.")
    var uri = "http://localhost:3000/psql_session/"

    @Option(
        name: [.long, .customShort("m")], help: "With “link”: where callbacks are taken, in Postgres' protocol.")
    var mgmt = ListenAddress(host: "127.0.0.1", port: 7000)

    @Option(help: "File that holds what a callback proves itself with, as its password.")
    var mgmtTokenFile: String?

    @Option(help: "With “link”: from the link to the login.")
    var webauthConfirmationTimeout = DurationArgument(seconds: 120)

    func settings() throws -> AuthenticationSettings {
        var settings = AuthenticationSettings()
        settings.passwordThreads = scramThreadPoolSize
        switch authBackend {
        case .console, .controlPlane, .controlPlaneV1: settings.backend = .controlPlane
        case .postgres: settings.backend = .postgres(try reference())
        case .agent: settings.backend = .agents
        case .link, .consoleRedirect: settings.backend = .browser(try browser())
        }
        return settings
    }

    /// The control plane's bearer tokens; none without a file, which only backends without a control plane can do with.
    func tokens() throws -> BearerTokens {
        guard let controlPlaneTokenFile else { return BearerTokens([]) }
        return try .inFile(controlPlaneTokenFile, of: "control-plane-token-file")
    }

    private func reference() throws -> ReferencePostgres {
        let password = try authEndpointPasswordFile.map { try Self.secret(in: $0, of: "auth-endpoint-password-file") }
        do {
            return try ReferencePostgres(uri: authEndpoint, password: password?.reveal())
        } catch {
            throw CommandFailure.badConfiguration("--auth-endpoint: \(error)")
        }
    }

    private func browser() throws -> BrowserLoginSettings {
        guard let mgmtTokenFile else {
            throw CommandFailure.badConfiguration(
                "--mgmt-token-file: is missing, and whoever reaches --mgmt could let anybody in")
        }
        var settings = BrowserLoginSettings(
            link: uri, callbacks: mgmt.networkAddress, token: try Self.secret(in: mgmtTokenFile, of: "mgmt-token-file"))
        guard let limit = webauthConfirmationTimeout.duration else {
            throw CommandFailure.badConfiguration("--webauth-confirmation-timeout: must be a time, such as 2m")
        }
        settings.limit = limit
        return settings
    }

    private static func secret(in file: String, of option: String) throws -> Secret<String> {
        do {
            let text = String(decoding: try SecureFile.read(file), as: UTF8.self)
            return Secret(text.trimmed())
        } catch {
            throw CommandFailure.badConfiguration("--\(option): \(error)")
        }
    }
}
