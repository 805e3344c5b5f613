internal import Foundation
internal import Logging
internal import Synchronization

/// A log that goes to a file, for what runs inside a command whose standard error is for people.
final class FileLog: Sendable {
    private let file: FileHandle
    /// One line at a time.
    private let turn = Mutex(())

    /// Appends; makes the file (0600) when there is none.
    init(_ path: String) throws {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure.failed("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    func logger(_ label: String) -> Logger {
        let level = (try? LogBootstrap.level()) ?? .info
        return Logger(label: label) { label in Handler(log: self, label: label, logLevel: level) }
    }

    fileprivate func write(_ line: String) {
        turn.withLock { _ in
            // A full disk must not end what is being logged about.
            try? file.write(contentsOf: Data(line.utf8))
        }
    }

    private struct Handler: LogHandler {
        let log: FileLog
        let label: String
        var logLevel: Logger.Level
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let words = metadata.merging(event.metadata ?? [:]) { $1 }
                .sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
            log.write("\(time) \(event.level) \(label): \(event.message)\(words.isEmpty ? "" : " [\(words)]")\n")
        }
    }
}
