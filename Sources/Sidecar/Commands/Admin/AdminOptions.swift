internal import ArgumentParser
internal import FoundationEssentials
internal import SystemPackage

/// Which fleet, and how to print.
struct AdminOptions: ParsableArguments {
    @Option(help: "The folder of “sidecar up”.")
    var data = ".sidecar"

    @Option(help: "Ask this proxy and no other.")
    var proxy: String?

    @OptionGroup(title: "Without such a folder") var remote: RemoteOptions

    @Flag(help: "Print JSON.")
    var json = false

    /// Prints a table for people, or the same facts for programs.
    func show(_ facts: some Encodable, table: () -> String) throws {
        try FileDescriptor.standardOutput.write(line: json ? Self.text(facts, formatting: .prettyPrinted) : table())
    }

    /// One of many things, as it happens: a line of text, or a line of JSON.
    func tell(_ facts: some Encodable, line: () -> String) throws {
        try FileDescriptor.standardOutput.write(line: json ? Self.text(facts) : line())
    }

    private static func text(
        _ facts: some Encodable, formatting: JSONEncoder.OutputFormatting = []
    ) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting.union([.sortedKeys, .withoutEscapingSlashes])
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(facts), as: UTF8.self)
    }

    func fleet() throws -> FleetFile {
        let path = data + "/fleet.json"
        guard let fleet = try FleetFile.read(path) else {
            throw CommandFailure.badConfiguration(
                "--data: there is no \(path); start a fleet with “sidecar up”, or name its folder")
        }
        return fleet
    }
}
