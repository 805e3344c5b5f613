internal import ArgumentParser
internal import Foundation

/// The options that each command takes, as the commands themselves declare them.
struct CommandCatalog {
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
            var commandName: String
            var arguments: [Argument]?
            var subcommands: [Command]?
            var defaultSubcommand: String?
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

    private let root: Dump.Command

    init() throws {
        var text = ""
        do {
            _ = try Sidecar.parseAsRoot(["--experimental-dump-help"])
        } catch {
            text = Sidecar.fullMessage(for: error)
        }
        root = try JSONDecoder().decode(Dump.self, from: Data(text.utf8)).command
    }

    /// The command that these arguments name, as far as they do.
    func command(of arguments: [String]) -> Command {
        var (command, path) = (root, [String]())
        for argument in arguments {
            guard let next = command.subcommands?.first(where: { $0.commandName == argument }) else { break }
            command = next
            path.append(argument)
        }
        // What is meant without being named has the options, and the shorter name.
        if let meant = command.defaultSubcommand {
            command = command.subcommands?.first { $0.commandName == meant } ?? command
        }
        return Command(
            name: path.joined(separator: " "), depth: path.count,
            options: (command.arguments ?? []).compactMap(Self.option))
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
