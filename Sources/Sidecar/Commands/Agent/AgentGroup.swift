internal import ArgumentParser

/// One compute agent, and what helps to write its specs.
struct AgentGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "One compute agent, beside one Postgres.",
        discussion: """
            “sidecar agent” alone runs one; its options are told by “sidecar help agent run”.
            """,
        subcommands: [AgentCommand.self, AgentCheckCommand.self], defaultSubcommand: AgentCommand.self)
}
