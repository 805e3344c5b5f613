internal import Subprocess

/// What `pg_controldata` says about a data directory. PostgreSQL manual, “pg_controldata”.
package struct ControlData: Equatable, Sendable {
    /// As `shut down`, `in production`.
    package var state: String?
    package var latestCheckpoint: LSN?

    /// Reads `name:   value` lines; any other line means nothing to us.
    package init(text: String) {
        for line in text.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = String(line[line.index(after: colon)...].drop { $0 == " " })
            switch line[..<colon] {
            case "Database cluster state": state = value
            case "Latest checkpoint location": latestCheckpoint = LSN(value)
            default: break
            }
        }
    }

    /// The end of the log is known only of a primary that has stopped in order: its last record is a checkpoint.
    package var finalPosition: FinalPosition {
        guard state == "shut down" else {
            return .notObtained("the cluster's state is “\(state ?? "unknown")”, not “shut down”")
        }
        return latestCheckpoint.map(FinalPosition.at) ?? .notObtained("pg_controldata names no checkpoint")
    }

    private static let outputLimit = 64 << 10

    static func finalPosition(
        of directory: DataDirectory, binaries: PostgresBinaries, as user: SystemUser?, within limit: Duration
    ) async -> FinalPosition {
        do {
            return try await TimeLimit.run(limit, "pg_controldata") {
                let result = try await Subprocess.run(
                    binaries.configuration("pg_controldata", ["-D", directory.path], runningAs: user),
                    output: .string(limit: outputLimit), error: .discarded)
                guard result.terminationStatus.isSuccess else {
                    return .notObtained("pg_controldata failed: \(result.terminationStatus)")
                }
                return ControlData(text: result.standardOutput).finalPosition
            }
        } catch {
            return .notObtained("\(error)")
        }
    }
}
