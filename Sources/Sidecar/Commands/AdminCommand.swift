internal import ArgumentParser

/// Looks at a fleet and tells it what to do, through any of its proxies.
struct AdminCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin", abstract: "Look at a running fleet and tell it what to do.",
        discussion: """
            Reads DIR/fleet.json and the admin's certificate in DIR/certs. What is the same everywhere is asked of the \
            first proxy that answers; what is each proxy's own (sessions, kill, cancel, cache, log-level) is asked of all \
            of them, unless --proxy names one.
            """,
        subcommands: [
            MembersCommand.self, EndpointsCommand.self, EndpointCommand.self, WakeCommand.self, SuspendCommand.self,
            InvalidateCommand.self, CacheCommand.self, NotifyCommand.self, SessionsCommand.self, KillCommand.self,
            CancelCommand.self, DrainCommand.self, WatchCommand.self, ConfigCommand.self, LogLevelCommand.self,
            GossipCommand.self,
        ])
}

/// What lies below one endpoint.
struct EndpointCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "endpoint", abstract: "Look at an endpoint, make one, or delete one.",
        subcommands: [EndpointShowCommand.self, EndpointCreateCommand.self, EndpointDeleteCommand.self])
}
