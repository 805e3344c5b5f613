internal import ArgumentParser
internal import Foundation

/// Which fleet, and how to print.
struct AdminOptions: ParsableArguments {
    @Option(help: "The folder of “sidecar up”.")
    var data = ".sidecar"

    @Option(help: "Ask this proxy and no other.")
    var proxy: String?

    @Flag(help: "Print JSON.")
    var json = false

    /// Prints a table for people, or the same facts for programs.
    func show(_ facts: some Encodable, table: () -> String) throws {
        guard json else { return print(table()) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        print(String(decoding: try encoder.encode(facts), as: UTF8.self))
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
