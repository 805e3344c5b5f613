internal import FoundationEssentials
internal import Glibc
internal import Telemetry

/// What happened to one endpoint, newest last: the last `limit` entries in memory, and the same as JSON lines on disk.
///
/// `append` returns when the line is on the disk. The file holds at most twice `limit` lines; then it is written anew.
/// A last line that a crash cut short is dropped when the file is read, and what was written of a line when the disk was
/// full is taken back.
package struct EndpointHistory: Sendable {
    package static let limit = 200

    package private(set) var entries: [HistoryEntry]
    private let path: String
    private let write: @Sendable (CInt, UnsafeRawBufferPointer) -> Int
    private var linesInFile: Int
    /// The file may end within a line, so it must be written anew before the next one.
    private var isTorn = false

    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// Reads what is there; the folder must exist, the file need not.
    ///
    /// - Parameter write: `write(2)`; a test has a disk that is full.
    package init(
        path: String,
        write: @escaping @Sendable (CInt, UnsafeRawBufferPointer) -> Int = { Glibc.write($0, $1.baseAddress, $1.count) }
    ) throws {
        self.path = path
        self.write = write
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
        if isTorn || linesInFile >= 2 * Self.limit { try rewrite() }
        try add(try Self.line(entry))
        linesInFile += 1
        entries.append(entry)
        if entries.count > Self.limit { entries.removeFirst(entries.count - Self.limit) }
    }

    private mutating func rewrite() throws {
        try SecureFile.write(try entries.flatMap { try Self.line($0) }, to: path)
        linesInFile = entries.count
        isTorn = false
    }

    /// Opened for each line: there may be more endpoints than a process may have open files.
    private mutating func add(_ line: [UInt8]) throws {
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure(errno) }
        defer { close(file) }
        let length = lseek(file, 0, SEEK_END)
        let count = line.withUnsafeBytes { write(file, $0) }
        if count == line.count, fdatasync(file) == 0 { return }
        // A short count sets no error of its own: there was room for a part alone.
        let code = (0..<line.count).contains(count) ? ENOSPC : errno
        isTorn = length < 0 || ftruncate(file, length) != 0
        throw failure(code)
    }

    private func failure(_ code: CInt) -> Failure {
        Failure(description: "\(path): \(String(cString: strerror(code)))")
    }

    private static let lineFeed = UInt8(ascii: "\n")

    private static func line(_ entry: HistoryEntry) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(entry)) + [lineFeed]
    }
}
