internal import Glibc
internal import Subprocess

/// Where the programs of one PostgreSQL installation are.
package struct PostgresBinaries: Equatable, Sendable {
    /// Absolute; holds `postgres` and `initdb`.
    package let folder: String

    /// There are none here: for an agent beside a Postgres of another container.
    package static let none = PostgresBinaries(folder: "")

    package var areMissing: Bool { folder.isEmpty }

    private init(folder: String) {
        self.folder = folder
    }

    /// - Parameter postgres: path of the `postgres` program, or of the folder it is in.
    package init?(postgres path: String) {
        let isProgram = path.hasSuffix("/postgres")
        let folder = isProgram ? String(path.dropLast("/postgres".count)) : path
        guard folder.hasPrefix("/"), access(folder + "/postgres", X_OK) == 0, access(folder + "/initdb", X_OK) == 0
        else { return nil }
        self.folder = folder
    }

    /// Debian's: version 15 where it is installed, else the newest.
    package static func installed(under root: String = "/usr/lib/postgresql") -> PostgresBinaries? {
        let versions = ([15] + (10...30).reversed().filter { $0 != 15 })
        return versions.lazy.compactMap { PostgresBinaries(postgres: "\(root)/\($0)/bin") }.first
    }

    /// How to start one of the programs, or another one by its absolute path.
    ///
    /// Nothing of the agent's own environment, which may hold secrets, reaches it. It gets a session of its own: signals
    /// from a terminal reach the agent alone, which then stops Postgres in order.
    ///
    /// To become another user it goes through `setpriv`, which keeps the process. The C library's `setuid` in a forked
    /// child of a program with threads waits for threads that the child does not have. Each is named by its path: a name
    /// that is looked for costs a child for every folder where it is not.
    ///
    /// - Parameter before: words that stand before all of it: a program that becomes this one.
    func configuration(
        _ program: String, _ arguments: [String], runningAs user: SystemUser?,
        environment: [Environment.Key: String] = [:], before: [String] = []
    ) -> Configuration {
        var options = PlatformOptions()
        options.createSession = true
        let path = program.hasPrefix("/") ? program : "\(folder)/\(program)"
        let name = path.split(separator: "/").last.map(String.init) ?? program
        let basics: [Environment.Key: String] = [
            "PATH": "\(path.dropLast(name.count + 1)):\(folder):/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC",
        ]
        let identity = user.map { [Self.setpriv, "--reuid=\($0.uid)", "--regid=\($0.gid)", "--clear-groups", "--"] }
        let words = before + (identity ?? []) + [path] + arguments
        return Configuration(
            executable: .path(Self.location(words[0])), arguments: Arguments(Array(words.dropFirst())),
            environment: .custom(basics.merging(environment) { _, given in given }),
            // A folder that the user it runs as can surely enter.
            workingDirectory: Self.location("/"), platformOptions: options)
    }

    /// Of util-linux, where distributions have it.
    private static let setpriv =
        ["/usr/bin", "/bin", "/usr/local/bin"].map { $0 + "/setpriv" }
        .first { access($0, X_OK) == 0 } ?? "/usr/bin/setpriv"

    /// Spelt as whatever type of path the call wants, so that nobody here needs the module which defines that type.
    private static func location<Path: ExpressibleByStringLiteral>(_ path: String) -> Path
    where Path.StringLiteralType == String { Path(stringLiteral: path) }
}
