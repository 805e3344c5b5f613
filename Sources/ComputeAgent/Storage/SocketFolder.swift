internal import Glibc

/// The folder of the socket that only the agent uses: `PGDATA.run`, mode 0700, Postgres's own.
struct SocketFolder {
    let path: String
    let owner: SystemUser?

    /// `sun_path` holds so many bytes with its NUL. Linux, unix(7).
    private static let socketPathLimit = 107
    /// `.s.PGSQL.65535`
    private static let longestName = 14

    init(beside directory: DataDirectory, owner: SystemUser?) throws(StorageFailure) {
        path = directory.path + ".run"
        self.owner = owner
        guard path.utf8.count + 1 + Self.longestName <= Self.socketPathLimit else {
            throw StorageFailure(
                .cannotCreate, "\(path): too long a path for a socket; choose a shorter data directory")
        }
    }

    static func socket(in folder: String, port: Int) -> String { "\(folder)/.s.PGSQL.\(port)" }

    /// Makes it anew, empty.
    func make() throws(StorageFailure) {
        try FileTree.remove(path)
        guard mkdir(path, 0o700) == 0 else { throw StorageFailure(.cannotCreate, path, errno: errno) }
        if let owner, chown(path, owner.uid, owner.gid) != 0 {
            throw StorageFailure(.cannotCreate, path, errno: errno)
        }
    }

    /// What the kernel calls the agent, and Postgres therefore too.
    static func ownName() throws(StorageFailure) -> String {
        guard let entry = getpwuid(geteuid()), let name = entry.pointee.pw_name else {
            throw StorageFailure(.noSuchUser, "user \(geteuid()), whom this agent runs as, has no name on this machine")
        }
        return String(cString: name)
    }
}
