internal import Glibc
internal import Subprocess

/// Lets Postgres read a configuration before it becomes the one that counts.
///
/// `postgres -C` finds wrong values, names that do not exist and bad syntax. It does not find a library that is missing,
/// settings that contradict each other, or a misspelt name with a dot in it.
struct ConfigurationCheck: Sendable {
    let directory: DataDirectory
    let binaries: PostgresBinaries
    let user: SystemUser?

    private static let limit: Duration = .seconds(10)
    /// What it may say before the rest is cut off, in bytes, and how many lines of it are repeated.
    private static let outputLimit = 64 * 1024
    private static let lineLimit = 5
    /// Asked for because something must be; any setting that is not computed would do.
    private static let setting = "port"

    /// - Throws: `StorageFailure` with Postgres's own words when it refuses the text; nothing has changed then.
    func refuseUnreadable(_ text: [UInt8]) async throws {
        let candidate = directory.file("postgresql.conf.candidate")
        try OwnedFile.write(text, to: candidate, owner: user)
        defer { unlink(candidate) }
        let arguments = ["-D", directory.path, "--config-file=\(candidate)", "-C", Self.setting]
        let configuration = binaries.configuration("postgres", arguments, runningAs: user)
        let result = try await TimeLimit.run(Self.limit, "postgres -C") {
            try await run(
                configuration, output: .string(limit: Self.outputLimit), error: .combinedWithOutput)
        }
        guard !result.terminationStatus.isSuccess else { return }
        let words = Self.words(result.standardOutput, candidate: candidate)
        throw StorageFailure(.badConfiguration, "postgres refuses the configuration: \(words)")
    }

    /// The lines that say what is wrong, without the time in front of them, and with the name that people know.
    static func words(_ output: String, candidate: String) -> String {
        output.split(separator: "\n")
            .map { line in
                let start = ["LOG:", "FATAL:", "DETAIL:", "HINT:"].compactMap { line.firstRange(of: $0)?.lowerBound }
                    .min()
                return String(start.map { line[$0...] } ?? line).replacing(candidate, with: "postgresql.conf")
            }
            .prefix(lineLimit).joined(separator: " | ")
    }
}
