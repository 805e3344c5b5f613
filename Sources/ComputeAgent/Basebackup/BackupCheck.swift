package import Archive

/// Whether what came is what a compute can be started from, judged while it comes.
///
/// The control file is written last, and behind it only log: a stream that broke off unnoticed lacks it.
package struct BackupCheck: Sendable {
    package enum Flaw: Error, Equatable, Sendable, CustomStringConvertible {
        case noVersion
        case wrongVersion(found: String, expected: String)
        case noControlFile
        case controlFileSize(Int)
        /// Something that must come before the control file came behind it.
        case behindControlFile(String)
        /// A file that would make Postgres something else than the spec says.
        case unwanted(String)
        case noSignal
        case badSignal(String)

        package var description: String {
            switch self {
            case .noVersion: "the base backup has no PG_VERSION"
            case .wrongVersion(let found, let expected):
                "the base backup is of PostgreSQL \(found), the program is \(expected)"
            case .noControlFile: "the base backup has no control file"
            case .controlFileSize(let size): "the base backup's control file has \(size) bytes"
            case .behindControlFile(let path): "the base backup has \(path) behind its control file"
            case .unwanted(let path): "the base backup has a \(path)"
            case .noSignal: "the base backup does not say where its log begins"
            case .badSignal(let text): "the base backup says “\(text)” about where its log begins"
            }
        }
    }

    package static let versionFile = "PG_VERSION"
    package static let controlFile = "global/pg_control"
    /// `PG_CONTROL_FILE_SIZE`.
    package static let controlFileSize = 8192
    /// By their age, the newer first. One line each: `PREV LSN: ` and `none`, `invalid` or an LSN.
    package static let signalFiles = ["neon.signal", "zenith.signal"]
    /// Bytes of a file whose content is looked at.
    package static let contentLimit = 256
    private static let logFolder = "pg_wal"
    private static let unwanted: Set<String> = [
        "postmaster.pid", "postmaster.opts", "standby.signal", "recovery.signal",
    ]
    private static let signalPrefix = "PREV LSN: "

    /// The program's major version, `15`.
    private let expectedVersion: String
    private var version: String?
    private var hasControlFile = false
    package private(set) var signals: Set<String> = []

    package init(expectedVersion: String) {
        self.expectedVersion = expectedVersion
    }

    /// Files whose content this wants to see.
    package static func isContentWanted(_ path: TarPath) -> Bool {
        path.names.count == 1 && (path.names[0] == versionFile || signalFiles.contains(path.names[0]))
    }

    /// A file begins.
    package mutating func fileBegan(_ path: TarPath, size: Int) throws(Flaw) {
        let name = path.description
        guard !Self.unwanted.contains(name) else { throw .unwanted(name) }
        guard !hasControlFile || path.names.first == Self.logFolder else { throw .behindControlFile(name) }
        if name == Self.controlFile {
            guard size == Self.controlFileSize else { throw .controlFileSize(size) }
            hasControlFile = true
        }
        if Self.isContentWanted(path) && size > Self.contentLimit { throw .badSignal("\(name), \(size) bytes") }
    }

    /// - Parameter content: of a file that is wanted, whole.
    package mutating func contentReceived(_ path: TarPath, _ content: [UInt8]) throws(Flaw) {
        let text = String(decoding: content, as: UTF8.self).trimmingLineEnd()
        guard path.description != Self.versionFile else {
            guard text == expectedVersion else { throw .wrongVersion(found: text, expected: expectedVersion) }
            version = text
            return
        }
        guard text.hasPrefix(Self.signalPrefix) else { throw .badSignal(text) }
        let place = text.dropFirst(Self.signalPrefix.count)
        guard place == "none" || place == "invalid" || LSN(place) != nil else { throw .badSignal(text) }
        signals.insert(path.description)
    }

    /// The stream was whole.
    package func finish() throws(Flaw) {
        guard version != nil else { throw .noVersion }
        guard hasControlFile else { throw .noControlFile }
        guard !signals.isEmpty else { throw .noSignal }
    }
}

extension String {
    fileprivate func trimmingLineEnd() -> String {
        hasSuffix("\n") ? String(dropLast()) : self
    }
}
