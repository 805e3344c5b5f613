internal import FoundationEssentials
internal import Glibc
internal import Logging
internal import Synchronization
internal import Telemetry

/// Where log lines go: standard error, or a file for what runs inside a command whose standard error is for people.
final class LogSink: Sendable {
    static let standardError = LogSink(descriptor: STDERR_FILENO)

    private let descriptor: Int32
    /// `nil`: as this process writes its logs.
    private let format: LogLine.Format?
    /// One line at a time.
    private let turn = Mutex(())
    /// Where lines go besides. Set once, before there is much to log.
    private let copy = Mutex<BatchQueue<LogLine>?>(nil)
    /// Lines that wait to be taken: seconds of a busy process that logs much.
    private static let copyLimit = 16_384

    private init(descriptor: Int32) {
        self.descriptor = descriptor
        format = nil
    }

    /// Appends; makes the file (0600) when there is none. It stays open as long as the process lives.
    init(file path: String, format: LogLine.Format) throws {
        descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure.failed("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        self.format = format
    }

    /// From now on all lines, for somebody else besides; who takes none loses the newest.
    func copies() -> BatchQueue<LogLine> {
        copy.withLock { copy in
            let queue = copy ?? BatchQueue(limit: Self.copyLimit)
            copy = queue
            return queue
        }
    }

    func write(_ line: LogLine) {
        copy.withLock { $0 }?.append(line)
        let text = line.written(as: format ?? LogBootstrap.format)
        var rest = ArraySlice(text.utf8)
        turn.withLock { _ in
            while !rest.isEmpty {
                let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
                // A full disk, or a reader who is gone, must not end what is being logged about.
                guard count > 0 || errno == EINTR else { return }
                rest = rest.dropFirst(max(count, 0))
            }
        }
    }

    func logger(_ label: String) -> Logger {
        let level = (try? LogBootstrap.level()) ?? .info
        return Logger(label: label) { label in LineLogHandler(to: self, label: label, logLevel: level) }
    }
}

/// Makes a ``LogLine`` of what a logger is told.
struct LineLogHandler: LogHandler {
    private let sink: LogSink
    private let label: String
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(to sink: LogSink, label: String, logLevel: Logger.Level) {
        self.sink = sink
        self.label = label
        self.logLevel = logLevel
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = event.metadata.map { metadata.merging($0) { $1 } } ?? metadata
        let line = LogLine(
            unixMillis: Int64(Date().timeIntervalSince1970 * 1000), level: event.level.rawValue, target: label,
            message: "\(event.message)",
            fields: fields.sorted { $0.key < $1.key }.map { (name: $0.key, value: "\($0.value)") },
            processID: ProcessInfo.processInfo.processIdentifier)
        sink.write(line)
    }
}
