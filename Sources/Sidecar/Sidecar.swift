internal import ArgumentParser
internal import EdgeProxy
internal import FoundationEssentials
internal import Glibc
internal import Telemetry

/// Databases that scale to zero, and an edge that wakes them.
@main
struct Sidecar: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sidecar",
        abstract: "Databases that scale to zero, and an edge that wakes them.",
        discussion: """
            One machine, one command: “sidecar up”. The other commands are its parts. Every option --some-option is also a \
            variable SIDECAR_SOME_OPTION.
            """,
        version: "sidecar \(Build.version)",
        subcommands: [
            UpCommand.self, ProxyCommand.self, AgentGroup.self, ControlPlaneCommand.self, AdminCommand.self,
            CertsCommand.self, VerifierCommand.self, CheckCommand.self,
        ])

    /// Parses, runs, and turns every end into an exit code: 0 stopped as asked, 1 failure, 2 bad configuration,
    /// 64 usage.
    static func main() async {
        var settings: [Setting] = []
        do {
            try LogBootstrap.start()
            let (complete, effective) = try completed(Array(CommandLine.arguments.dropFirst()))
            settings = complete.settings
            LogBootstrap.settle(complete.arguments, command: complete.arguments.first ?? "")
            try await EffectiveSettings.$current.withValue(effective) { try await run(parsed(complete)) }
        } catch let failure as CommandFailure {
            failure.naming(settings).report()
            exit(withError: ExitCode(failure.exitCode))
        } catch {
            exit(withError: error)
        }
    }

    private static func run(_ command: any ParsableCommand) async throws {
        var command = command
        if var asynchronous = command as? any AsyncParsableCommand {
            try await asynchronous.run()
        } else {
            try command.run()
        }
    }

    private static func completed(
        _ arguments: [String]
    ) throws -> (SettingSources.Result, [EffectiveSetting]) {
        let command = try CommandCatalog.command(of: arguments)
        let sources = SettingSources(environment: ProcessInfo.processInfo.environment)
        let complete = try sources.completed(arguments, for: command)
        // Children have settings of their own: what was meant for us goes to them by their command line.
        for setting in complete.settings {
            if case .environment(let name) = setting.origin { unsetenv(name) }
        }
        return (complete, EffectiveSettings.of(command, complete.settings))
    }

    private static func parsed(_ complete: SettingSources.Result) throws -> any ParsableCommand {
        do {
            return try parseAsRoot(complete.arguments)
        } catch {
            throw badValue(error) ?? error
        }
    }

    /// A value that an option does not take is bad configuration; all else stays usage.
    private static func badValue(_ error: any Error) -> CommandFailure? {
        let message = message(for: error)
        guard let match = message.firstMatch(of: /The value '(?s:.*)' is invalid for '--(?<name>[a-z0-9-]+)/) else {
            return nil
        }
        let line = message.split(separator: "\n").first.map(String.init) ?? message
        return .badConfiguration("--\(match.output.name): \(line)")
    }
}
