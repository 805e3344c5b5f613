internal import Glibc

/// The folder Postgres keeps its data in, and what the agent keeps beside it (never in it).
package struct DataDirectory: Equatable, Sendable {
    /// Absolute.
    package let path: String

    package init(_ path: String) {
        var path = path
        if !path.hasPrefix("/"), let current = getcwd(nil, 0) {
            path = String(cString: current) + "/" + path
            free(current)
        }
        while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    static let certificateName = "server.crt"
    static let privateKeyName = "server.key"
    /// Included last; holds what is true only while the agent works on the catalog.
    static let overrideName = "compute_ctl_temp_override.conf"

    /// Where `initdb` works; it becomes `path` by being renamed, so a half-made one never has the real name.
    var partialPath: String { path + ".partial" }
    /// What the program that synchronizes safekeepers takes for its data directory.
    var syncPath: String { path + ".sync" }
    /// Says that the data came from a pageserver, so that it may be removed.
    var remoteMarkPath: String { path + ".remote" }
    /// The agent's superuser password, 0600.
    var administratorPasswordPath: String { path + ".admin-password" }
    /// What the roles and databases were last made to be.
    var appliedMarkPath: String { path + ".applied" }
    /// Which Postgres an agent that is started again may go on with.
    var adoptionMarkPath: String { path + ".adoption" }
    /// The transitions of this generation, for an agent that is started again.
    var reportsPath: String { path + ".reports" }
    var lockPath: String { path + ".lock" }
    var postmasterPIDPath: String { path + "/postmaster.pid" }

    func file(_ name: String) -> String { path + "/" + name }

    /// What stands at `path`.
    enum Content: Equatable { case absent, empty, cluster, somethingElse }

    func content() throws(StorageFailure) -> Content {
        guard let folder = opendir(path) else {
            if errno == ENOENT { return .absent }
            throw StorageFailure(.cannotRead, path, errno: errno)
        }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name == "PG_VERSION" { return .cluster }
            if name != "." && name != ".." { count += 1 }
        }
        return count == 0 ? .empty : .somethingElse
    }
}
