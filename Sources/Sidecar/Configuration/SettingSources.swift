internal import ComputeAgent
internal import FoundationEssentials

/// Puts the sources of settings together: the command line wins over the environment, that over a configuration file.
///
/// What the command line leaves out is added to it as if it had been typed, so that there is one place that reads values
/// and one kind of complaint about them.
///
/// `SIDECAR_LISTEN` is `--listen`; of an option that may be repeated, the values are separated by commas. A configuration
/// file (`--config` or `SIDECAR_CONFIG`; the agent's `--config` is its spec) is JSON, an object per command:
/// `{"proxy": {"listen": "0.0.0.0:4432", "member": ["a=…", "b=…"], "lifeline": true}}`.
struct SettingSources {
    /// Bytes of a configuration file.
    private static let fileLimit = 1 << 20
    private static let fileOption = "config"
    /// Its `--config` is another file.
    private static let commandsWithSpec: Set<String> = ["agent", "agent run"]

    let environment: [String: String]

    struct Result: Equatable {
        var arguments: [String]
        var settings: [Setting]
    }

    /// - Parameter arguments: without the program's name.
    /// - Throws: `CommandFailure` for a file that cannot be read, and for a key that no option answers to.
    func completed(_ arguments: [String], for command: CommandCatalog.Command) throws -> Result {
        var result = Result(arguments: arguments, settings: [])
        let typed = Set(command.options.filter { Self.isGiven($0, in: arguments) }.map(\.name))
        let file = try configurationFile(arguments, command)
        for option in command.options {
            if typed.contains(option.name) {
                result.settings.append(
                    Setting(name: option.name, value: Self.typed(option, in: arguments), origin: .flag))
            } else if let value = environment[option.variable] {
                let values = option.isRepeating ? value.split(separator: ",").map(String.init) : [value]
                try add(values, of: option, from: .environment(option.variable), to: &result)
            } else if let values = try file?.values(of: option) {
                try add(
                    values, of: option, from: .file(file?.path ?? "", key: "\(command.name).\(option.name)"),
                    to: &result)
            }
        }
        return result
    }

    private func add(
        _ values: [String], of option: CommandCatalog.Option, from origin: Setting.Origin, to result: inout Result
    ) throws {
        for value in values {
            result.settings.append(Setting(name: option.name, value: value, origin: origin))
            guard !option.takesValue else {
                // As one word, so that a value that begins with a dash is a value still.
                result.arguments.append("--\(option.name)=\(value)")
                continue
            }
            switch value {
            case "true", "1", "yes": result.arguments.append("--\(option.name)")
            case "false", "0", "no", "": break
            default: throw CommandFailure.badConfiguration("\(origin): must be true or false, not “\(value)”")
            }
        }
    }

    /// Values after `--` and values of other options are not told apart: nobody calls a value `--listen`.
    private static func isGiven(_ option: CommandCatalog.Option, in arguments: [String]) -> Bool {
        arguments.contains { argument in
            if argument == "--\(option.name)" || argument.hasPrefix("--\(option.name)=") { return true }
            guard let short = option.shortName else { return false }
            return argument == "-\(short)" || argument.hasPrefix("-\(short)=")
        }
    }

    /// What the command line says of an option; several values are separated by commas.
    private static func typed(_ option: CommandCatalog.Option, in arguments: [String]) -> String {
        guard option.takesValue else { return "true" }
        let names = ["--\(option.name)"] + (option.shortName.map { ["-\($0)"] } ?? [])
        let values = arguments.enumerated().compactMap { index, argument -> String? in
            for name in names {
                if argument == name { return arguments.dropFirst(index + 1).first }
                if argument.hasPrefix(name + "=") { return String(argument.dropFirst(name.count + 1)) }
            }
            return nil
        }
        return option.isRepeating ? values.joined(separator: ",") : values.last ?? ""
    }

    // MARK: - The file

    private struct ConfigurationFile {
        var path: String
        var fields: [String: JSONValue]
        var command: String

        /// - Returns: `nil` when the file says nothing about it.
        func values(of option: CommandCatalog.Option) throws -> [String]? {
            guard let value = fields[option.name] else { return nil }
            if case .list(let list) = value, option.isRepeating { return try list.map { try text($0, of: option) } }
            return [try text(value, of: option)]
        }

        private func text(_ value: JSONValue, of option: CommandCatalog.Option) throws -> String {
            switch value {
            case .string(let text): return text
            case .bool(let value): return "\(value)"
            case .integer(let number): return "\(number)"
            case .unsigned(let number): return "\(number)"
            case .real(let number): return "\(number)"
            case .null, .list, .object:
                throw CommandFailure.badConfiguration(
                    "\(path): \(command).\(option.name): must be a text, a number, true or false")
            }
        }
    }

    private func configurationFile(
        _ arguments: [String], _ command: CommandCatalog.Command
    ) throws -> ConfigurationFile? {
        guard !Self.commandsWithSpec.contains(command.name), let path = filePath(arguments) else { return nil }
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure.badConfiguration("--config: \(path) cannot be read")
        }
        guard bytes.count <= Self.fileLimit else { throw CommandFailure.badConfiguration("\(path): longer than 1 MiB") }
        guard case .object(let whole) = try? JSONValue(parsing: Array(bytes)) else {
            throw CommandFailure.badConfiguration("\(path): must be a JSON object with one object per command")
        }
        guard case .object(let fields) = whole[command.name] ?? .object([:]) else {
            throw CommandFailure.badConfiguration("\(path): \(command.name): must be an object")
        }
        for key in fields.keys.sorted() where !command.options.contains(where: { $0.name == key }) {
            throw CommandFailure.badConfiguration("\(path): \(command.name).\(key): there is no such option")
        }
        return ConfigurationFile(path: path, fields: fields, command: command.name)
    }

    private func filePath(_ arguments: [String]) -> String? {
        for (index, argument) in arguments.enumerated() {
            if argument == "--\(Self.fileOption)" { return arguments.dropFirst(index + 1).first }
            if argument.hasPrefix("--\(Self.fileOption)=") {
                return String(argument.dropFirst(Self.fileOption.count + 3))
            }
        }
        return environment["SIDECAR_CONFIG"]
    }
}
