internal import ArgumentParser
internal import GRPCLite
internal import SidecarAPI

/// `sidecar admin endpoint create NAME`
struct EndpointCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make an endpoint. Its password is shown once: here.")

    @Argument(help: "The endpoint's name: 1 to 63 of a-z, 0-9 and -.")
    var name: String

    @Option(help: "The role to make. Default: the endpoint's name.")
    var role = ""

    @Option(help: "The database to make. Default: the endpoint's name.")
    var database = ""

    @Option(help: "The domain clients put the name in front of. Default: the one fleet.json uses.")
    var domain: String?

    @OptionGroup var options: AdminOptions

    private struct Created: Encodable {
        var name: String
        var user: String
        var password: String
        var database: String
        var conninfo: String?
    }

    func run() async throws {
        let fleet = try options.fleet()
        let link = try AdminLink(options)
        let request = AdminV1.EndpointCreateRequest(name: name, role: role, database: database)
        let made = try await link.call { admin throws(GRPCStatus) in
            try await admin.endpointCreate(request, options: CallOptions(timeout: .seconds(30)))
        }
        let words = fleet.proxies.first.flatMap { proxy in
            ListenAddress(argument: proxy.postgres).map { address in
                { (password: String?) in
                    Conninfo(
                        endpoint: made.name, domain: domain ?? fleet.domain ?? "localtest.me",
                        address: address.reachable, user: made.user, password: password, database: made.database,
                        authorityFile: options.data + "/ca.crt")
                }
            }
        }
        let created = Created(
            name: made.name, user: made.user, password: made.password, database: made.database,
            conninfo: words?(made.password).text)
        try options.show(created) {
            words?(nil).command(password: made.password) ?? "user \(made.user), password \(made.password)"
        }
    }
}

extension FleetFile {
    /// What the known endpoints' names stand in front of; `nil` without any.
    fileprivate var domain: String? {
        for endpoint in endpoints {
            let prefix = "host=\(endpoint.name)."
            for word in endpoint.conninfo.split(separator: " ") where word.hasPrefix(prefix) {
                return String(word.dropFirst(prefix.count))
            }
        }
        return nil
    }
}
