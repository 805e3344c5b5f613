internal import ArgumentParser

/// Looks at a fleet and tells it what to do, through any of its proxies.
struct AdminCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin", abstract: "Look at a running fleet and tell it what to do.",
        discussion: "Reads DIR/fleet.json and the admin's certificate in DIR/certs, and asks the proxies in turn.",
        subcommands: [
            MembersCommand.self, EndpointsCommand.self, EndpointCommand.self, WakeCommand.self, SuspendCommand.self,
            GossipCommand.self,
        ])
}

/// What lies below one endpoint.
struct EndpointCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "endpoint", abstract: "Make an endpoint, or look at one.",
        subcommands: [EndpointCreateCommand.self, EndpointShowCommand.self])
}
