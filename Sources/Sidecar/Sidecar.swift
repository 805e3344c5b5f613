internal import ArgumentParser

/// Databases that scale to zero, and an edge that wakes them.
@main
struct Sidecar: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sidecar",
        abstract: "Databases that scale to zero, and an edge that wakes them.",
        discussion: "One machine, one command: “sidecar up”. The other commands are its parts.",
        subcommands: [
            UpCommand.self, ProxyCommand.self, AgentCommand.self, ControlPlaneCommand.self, AdminCommand.self,
        ])

    /// Parses, runs, and turns every end into an exit code: 0 stopped as asked, 1 failure, 2 bad configuration,
    /// 64 usage.
    static func main() async {
        LogBootstrap.start()
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            failure.report()
            exit(withError: ExitCode(failure.exitCode))
        } catch {
            exit(withError: error)
        }
    }
}
