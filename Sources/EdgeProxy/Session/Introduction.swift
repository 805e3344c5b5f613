internal import Gossip
internal import NIOCore
internal import PostgresWire

/// What a StartupMessage comes to: which endpoint, as whom, and what its compute is to be told.
struct Introduction: Sendable {
    /// `nil`: the client has not named one yet.
    let endpoint: EndpointName?
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
            throw ErrorResponse(.invalidAuthorization, "Parameter 'user' is missing in startup packet.")
        }
        guard let role = String(validating: user, as: UTF8.self) else {
            throw ErrorResponse(.characterNotInRepertoire, "Parameter 'user' is not UTF-8.")
        }
        let options = try Self.options(of: parameters)
        self.role = role
        endpoint = try selection.endpoint(serverName: serverName, options: options)
        database = parameters.text("database").flatMap { $0.isEmpty ? nil : $0 } ?? role
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
        do throws(StartupOptions.Malformed) {
            return try StartupOptions(parameters["options"] ?? [])
        } catch {
            switch error {
            case .endpointsDisagree(let first, let second):
                let names = "'\(first.prefix(64))' and '\(second.prefix(64))'"
                throw ErrorResponse(.protocolViolation, "Inconsistent project options: \(names).")
            case .endpointNotText:
                throw ErrorResponse(.protocolViolation, "The project option is not UTF-8.")
            }
        }
    }
}
