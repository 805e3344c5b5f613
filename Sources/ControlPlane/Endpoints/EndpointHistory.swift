internal import Foundation
internal import Glibc
internal import Telemetry

/// What happened to one endpoint, newest last: the last `limit` entries in memory, and the same as JSON lines on disk.
///
/// `append` returns when the line is on the disk. The file holds at most twice `limit` lines; then it is written anew.
/// A last line that a crash cut short is dropped when the file is read.
package struct EndpointHistory: Sendable {
    package static let limit = 200

    package private(set) var entries: [HistoryEntry]
    private let path: String
    private var linesInFile: Int

    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// Reads what is there; the folder must exist, the file need not.
    package init(path: String) throws {
        self.path = path
        let text = FileManager.default.fileExists(atPath: path) ? try SecureFile.read(path) : []
        let lines = text.split(separator: Self.lineFeed)
        let known = lines.compactMap { try? JSONDecoder().decode(HistoryEntry.self, from: Data($0)) }
        entries = known.suffix(Self.limit)
        linesInFile = lines.count
        // Else the next line would be glued to a torn one.
        if known.count != lines.count || (text.last ?? Self.lineFeed) != Self.lineFeed { try rewrite() }
    }

    /// On the disk and in `entries`, or thrown and in neither.
    package mutating func append(_ entry: HistoryEntry) throws {
        if linesInFile >= 2 * Self.limit { try rewrite() }
        try Self.write(try Self.line(entry), atEndOf: path)
        linesInFile += 1
        entries.append(entry)
        if entries.count > Self.limit { entries.removeFirst(entries.count - Self.limit) }
    }

    private mutating func rewrite() throws {
        try SecureFile.write(try entries.flatMap { try Self.line($0) }, to: path)
        linesInFile = entries.count
    }

    /// Opened for each line: there may be more endpoints than a process may have open files.
    private static func write(_ line: [UInt8], atEndOf path: String) throws {
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure(path) }
        defer { close(file) }
        let count = line.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        guard count == line.count, fdatasync(file) == 0 else { throw failure(path) }
    }

    private static func failure(_ path: String) -> Failure {
        Failure(description: "\(path): \(String(cString: strerror(errno)))")
    }

    private static let lineFeed = UInt8(ascii: "\n")

    private static func line(_ entry: HistoryEntry) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(entry)) + [lineFeed]
    }
}
