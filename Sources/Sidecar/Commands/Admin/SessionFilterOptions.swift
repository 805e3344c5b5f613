internal import ArgumentParser
internal import SidecarAPI

/// Which sessions are meant: those that all given conditions hold for.
struct SessionFilterOptions: ParsableArguments {
    @Argument(help: "A session's id, or how it begins.")
    var id: String?

    @Option(help: "Of this endpoint.")
    var endpoint: String?

    @Option(help: "Of this role.")
    var role: String?

    @Option(help: "Of this database.")
    var database: String?

    @Option(help: "With this application_name.")
    var application: String?

    @Option(help: "In this phase: handshake, authenticating, connecting, joined or cancelling.")
    var phase: String?

    @Option(help: "From this client: an IP address, or a range such as 10.0.0.0/8.")
    var client: String?

    @Option(help: "Idle, without a transaction, for at least so long: 10m.")
    var idle: DurationArgument?

    func message() throws -> AdminV1.SessionFilter {
        var millis: UInt64 = 0
        if let idle {
            guard let limit = idle.duration else { throw ValidationError("--idle must be a time, such as 10m") }
            millis = UInt64(max(1, limit / .milliseconds(1)))
        }
        return AdminV1.SessionFilter(
            endpoint: endpoint ?? "", role: role ?? "", phase: phase ?? "", idPrefix: id ?? "", client: client ?? "",
            idleMillis: millis, database: database ?? "", applicationName: application ?? "")
    }

    /// For what must not hit everybody by oversight.
    func messageThatMeansSome() throws -> AdminV1.SessionFilter {
        let message = try message()
        guard message != AdminV1.SessionFilter() else {
            throw ValidationError("say which sessions: an id, --endpoint, --role, …")
        }
        return message
    }
}
