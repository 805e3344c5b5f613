internal import Gossip
internal import NIOCore
internal import PostgresWire

/// What a StartupMessage comes to: which endpoint, as whom, and what its compute is to be told.
struct Introduction: Sendable {
    /// `nil`: the client has not named one yet.
    let endpoint: EndpointName?
    let naming: EdgeMetrics.Naming
    let role: String
    /// The role's name unless the client says otherwise, as in PostgreSQL.
    let database: String
    let applicationName: String?
    let replication: ReplicationMode
    /// The protocol version that client and proxy speak.
    let version: ProtocolVersion
    /// The client's own parameters, without what was meant for us.
    let forwarded: StartupParameters
    /// Whether the client wants to know how it came by its compute.
    let wantsColdStart: Bool
    /// NegotiateProtocolVersion, or nothing.
    let negotiation: ByteBuffer

    /// - Throws: what to refuse the client with.
    init(_ message: StartupMessage, serverName: String?, selection: EndpointSelection) throws(ErrorResponse) {
        let parameters = message.parameters
        guard let user = parameters["user"], !user.isEmpty else {
            throw Refusals.userMissing
        }
        guard let role = String(validating: user, as: UTF8.self) else {
            throw Refusals.userNotText
        }
        let options = try Self.options(of: parameters)
        self.role = role
        endpoint = try selection.endpoint(serverName: serverName, options: options)
        database = parameters.text("database").flatMap { $0.isEmpty ? nil : $0 } ?? role
        naming = endpoint == nil ? .passwordHack : selection.isNamed(by: serverName) ? .sni : .noSNI
        applicationName = parameters.text("application_name")
        replication = ReplicationMode(parameter: parameters["replication"] ?? [])
        version = message.agreedVersion
        forwarded = parameters.forwarded(with: options)
        wantsColdStart = options.wantsColdStart
        var buffer = ByteBuffer()
        message.negotiation?.encode(into: &buffer)
        negotiation = buffer
    }

    private static func options(of parameters: StartupParameters) throws(ErrorResponse) -> StartupOptions {
        let options: StartupOptions
        do throws(StartupOptions.Malformed) {
            options = try StartupOptions(parameters["options"] ?? [])
        } catch {
            throw Refusals.options(error)
        }
        // What is asked for is never left undone without a word: see decision 10.
        if let wish = options.wishes.first(where: { !harmlessWishes.contains($0.key) }) {
            throw Refusals.wish(wish.key)
        }
        return options
    }

    /// To forward all parameters, which is always done; and the mark of a probe.
    private static let harmlessWishes: Set<String> = ["proxy_params_compat", "query_id"]
}
