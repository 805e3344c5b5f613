internal import Foundation
internal import Glibc
internal import Telemetry

/// What happened to one endpoint, newest last: the last `limit` entries in memory, and the same as JSON lines on disk.
///
/// `append` returns when the line is on the disk. The file holds at most twice `limit` lines; then it is written anew.
/// A last line that a crash cut short is dropped when the file is read.
package struct EndpointHistory: ~Copyable {
    package static let limit = 200

    package private(set) var entries: [HistoryEntry]
    private let path: String
    private var file: CInt
    private var linesInFile: Int

    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// Reads what is there; the folder must exist, the file need not.
    package init(path: String) throws {
        self.path = path
        let text = (try? SecureFile.read(path)) ?? []
        let lines = text.split(separator: UInt8(ascii: "\n"))
        entries = lines.compactMap { try? JSONDecoder().decode(HistoryEntry.self, from: Data($0)) }.suffix(Self.limit)
        linesInFile = 0
        file = -1
        try rewrite()
    }

    deinit {
        if file >= 0 { close(file) }
    }

    package mutating func append(_ entry: HistoryEntry) throws {
        entries.append(entry)
        if entries.count > Self.limit { entries.removeFirst(entries.count - Self.limit) }
        guard linesInFile < 2 * Self.limit else { return try rewrite() }
        let line = try Self.line(entry)
        let count = line.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        guard count == line.count, fdatasync(file) == 0 else {
            throw Failure(description: "\(path): \(String(cString: strerror(errno)))")
        }
        linesInFile += 1
    }

    private mutating func rewrite() throws {
        try SecureFile.write(try entries.flatMap { try Self.line($0) }, to: path)
        if file >= 0 { close(file) }
        file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard file >= 0 else { throw Failure(description: "\(path): \(String(cString: strerror(errno)))") }
        linesInFile = entries.count
    }

    private static func line(_ entry: HistoryEntry) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(entry)) + [UInt8(ascii: "\n")]
    }
}
