internal import Subprocess

extension PostgresBinaries {
    struct UnknownVersion: Error, CustomStringConvertible {
        var description: String
    }

    /// How long the program may take to say it.
    static let versionLimit: Duration = .seconds(10)

    /// Asks the program.
    ///
    /// - Returns: the major version as `PG_VERSION` files have it, `15`.
    func majorVersion(within limit: Duration = versionLimit) async throws -> String {
        let result = try await TimeLimit.run(limit, "postgres --version") {
            try await run(
                configuration("postgres", ["--version"], runningAs: nil), output: .string(limit: 1024),
                error: .discarded)
        }
        guard let version = Self.majorVersion(in: result.standardOutput) else {
            throw UnknownVersion(description: "\(folder)/postgres does not say its version")
        }
        return version
    }

    /// `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`, `postgres (PostgreSQL) 18beta1`.
    static func majorVersion(in text: String) -> String? {
        guard let mark = text.firstRange(of: "(PostgreSQL) ") else { return nil }
        let digits = text[mark.upperBound...].prefix { $0.isASCII && $0.isNumber }
        return digits.isEmpty ? nil : String(digits)
    }
}
