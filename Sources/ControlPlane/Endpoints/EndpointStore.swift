internal import FoundationEssentials
internal import Glibc
package import Gossip
internal import Telemetry

/// The endpoints on disk: `FOLDER/<name>/endpoint.json` (0600) and beside it `history.jsonl`.
///
/// A record is replaced in one step and is on the disk when `save` returns. The folder of an endpoint that is being
/// removed is first renamed to a name that no endpoint can have, so that a crash leaves it whole or gone.
package struct EndpointStore: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    private static let recordFile = "endpoint.json"
    private static let removedPrefix = ".removed-"
    private let folder: String

    package init(folder: String) throws {
        self.folder = folder
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            let cause = (error as? CocoaError)?.underlying as? POSIXError
            let why = cause.map { String(cString: strerror($0.code.rawValue)) } ?? "\(error)"
            throw Failure(description: "cannot make the folder \(folder): \(why)")
        }
    }

    /// Every endpoint, by name. Finishes the removals that a crash interrupted.
    package func load() throws -> [EndpointRecord] {
        let entries = try FileManager.default.contentsOfDirectory(atPath: folder)
        for entry in entries where entry.hasPrefix(Self.removedPrefix) {
            try FileManager.default.removeItem(atPath: folder + "/" + entry)
        }
        let names = entries.compactMap { EndpointName($0) }.sorted()
        return try names.compactMap { name in
            // Made by a crash between a folder and its record: nobody was told of that endpoint.
            guard FileManager.default.fileExists(atPath: recordPath(name)) else { return nil }
            return try read(name)
        }
    }

    /// On the disk, or thrown.
    package func save(_ record: EndpointRecord) throws {
        try FileManager.default.createDirectory(
            atPath: folder + "/" + record.name.text, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        try SecureFile.write(Array(try encoder.encode(record)), to: recordPath(record.name))
    }

    package func remove(_ name: EndpointName) throws {
        let removed = folder + "/" + Self.removedPrefix + name.text
        try? FileManager.default.removeItem(atPath: removed)
        try FileManager.default.moveItem(atPath: folder + "/" + name.text, toPath: removed)
        try FileManager.default.removeItem(atPath: removed)
    }

    package func historyPath(_ name: EndpointName) -> String {
        folder + "/" + name.text + "/history.jsonl"
    }

    private func recordPath(_ name: EndpointName) -> String {
        folder + "/" + name.text + "/" + Self.recordFile
    }

    private func read(_ name: EndpointName) throws -> EndpointRecord {
        let path = recordPath(name)
        do {
            let record = try JSONDecoder().decode(EndpointRecord.self, from: Data(try SecureFile.read(path)))
            guard record.name == name else { throw Failure(description: "\(path): is about “\(record.name)”") }
            return record
        } catch let error as DecodingError {
            throw Failure(description: "\(path): cannot be read: \(error)")
        }
    }
}
