internal import ArgumentParser
internal import FoundationEssentials

/// The options that each command takes, as the commands themselves declare them.
enum CommandCatalog {
    struct Option: Equatable {
        /// The long name, without dashes: also its key in a configuration file.
        var name: String
        /// One letter, without its dash.
        var shortName: String?
        var takesValue: Bool
        var isRepeating: Bool
        /// `nil`: none, or a flag that is off.
        var defaultValue: String?

        /// `SIDECAR_DRAIN_DEADLINE` for `--drain-deadline`.
        var variable: String {
            "SIDECAR_" + name.uppercased().map { $0 == "-" ? "_" : $0 }
        }
    }

    struct Command {
        /// `proxy`, `admin endpoint create`.
        var name: String
        /// How many of the arguments named it.
        var depth: Int
        var options: [Option]
    }

    /// ArgumentParser's own description of itself, asked for with `--experimental-dump-help`.
    private struct Dump: Decodable {
        struct Command: Decodable {
            var arguments: [Argument]?
        }
        struct Argument: Decodable {
            struct Name: Decodable {
                var kind: String
                var name: String
            }
            var kind: String
            var names: [Name]?
            var isRepeating: Bool
            var defaultValue: String?
        }
        var command: Command
    }

    /// The command that these arguments name, as far as they do.
    ///
    /// Only that one is asked to describe itself: all of them together would take ten milliseconds of every start.
    static func command(of arguments: [String]) throws -> Command {
        var (command, path) = (Sidecar.self as any ParsableCommand.Type, [String]())
        for argument in arguments {
            let subcommands = command.configuration.subcommands
            guard let next = subcommands.first(where: { $0.configuration.commandName == argument }) else { break }
            command = next
            path.append(argument)
        }
        // What is meant without being named has the options, and the shorter name.
        command = command.configuration.defaultSubcommand ?? command
        return Command(
            name: path.joined(separator: " "), depth: path.count,
            options: (try description(of: command).arguments ?? []).compactMap(option))
    }

    private static func description(of command: any ParsableCommand.Type) throws -> Dump.Command {
        var text = ""
        do {
            _ = try command.parseAsRoot(["--experimental-dump-help"])
        } catch {
            text = command.fullMessage(for: error)
        }
        return try JSONDecoder().decode(Dump.self, from: Data(text.utf8)).command
    }

    private static func option(_ argument: Dump.Argument) -> Option? {
        guard argument.kind != "positional",
            let long = argument.names?.first(where: { $0.kind == "long" })?.name, long != "help", long != "version"
        else { return nil }
        return Option(
            name: long, shortName: argument.names?.first { $0.kind == "short" }?.name,
            takesValue: argument.kind == "option", isRepeating: argument.isRepeating,
            defaultValue: argument.defaultValue)
    }
}
