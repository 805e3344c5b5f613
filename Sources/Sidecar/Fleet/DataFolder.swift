internal import ComputeAgent
internal import FoundationEssentials
internal import Glibc
internal import TLSEngine

/// The folder in which a fleet keeps everything, held by one process at a time.
///
/// `{ca.crt, ca.key, token, gossip.keys, fleet.json, certs/, endpoints/, computes/, logs/}`. Other users may pass through it, because
/// Postgres runs as somebody else; what is secret has a mode of its own.
final class DataFolder: Sendable {
    /// As the user wrote it: for lines that people paste.
    let given: String
    /// Absolute, without symbolic links.
    let path: String
    /// Where computes live, without symbolic links.
    let computes: String
    private let lock: CInt

    /// Makes what is missing and takes the lock.
    ///
    /// - Parameter user: whom Postgres runs as, when that is somebody else.
    /// - Throws: `CommandFailure`.
    init(_ given: String, postgresRunsAs user: SystemUser?) throws {
        self.given = given
        try Self.makeFolder(given, given: given)
        guard let resolved = realpath(given, nil) else { throw Self.unusable(given, "cannot be found") }
        path = String(cString: resolved)
        free(resolved)
        lock = try Self.takeLock(path, given: given)
        do {
            try Self.refuseStrangers(path, given: given)
            for name in ["certs", "endpoints", "logs"] {
                try Self.makeFolder(path + "/" + name, given: given)
                _ = chmod(path + "/" + name, 0o700)
            }
            computes = try Self.computesFolder(in: path, given: given, user: user)
            try Self.refuseOtherUser(computes, given: given, user: user)
        } catch {
            close(lock)
            throw error
        }
    }

    deinit {
        // A folder elsewhere that nothing was put into would be found by nobody again.
        if !computes.hasPrefix(path), rmdir(computes) == 0 { unlink(file("computes")) }
        close(lock)
    }

    func file(_ name: String) -> String { path + "/" + name }

    // MARK: - Lock

    private static func takeLock(_ path: String, given: String) throws -> CInt {
        let file = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw unusable(given, String(cString: strerror(errno))) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw CommandFailure.failed(
                "\(given) is in use by another “sidecar”: stop that one first, or choose another folder with --data")
        }
        return file
    }

    /// Files of another user's fleet could be read by root, and would be lost to that user once root has written them.
    private static func refuseStrangers(_ path: String, given: String) throws {
        guard let owner = Passage.owner(of: path + "/lock"), owner != geteuid() else { return }
        throw CommandFailure.badConfiguration(
            "--data: \(given) is a fleet of the user with number \(owner): run sidecar as that user, or choose another folder"
        )
    }

    // MARK: - Computes

    /// Postgres starts on nobody's data but its own.
    private static func refuseOtherUser(_ computes: String, given: String, user: SystemUser?) throws {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: computes)) ?? [] {
            guard let owner = Passage.owner(of: "\(computes)/\(name)/pgdata"), owner != user?.uid ?? geteuid() else {
                continue
            }
            throw CommandFailure.badConfiguration(
                "--data: the databases in \(given) belong to the user with number \(owner): name it with --run-as, or choose another folder"
            )
        }
    }

    /// `computes/` here; or, when Postgres' user cannot get here, a folder of `/var/lib/sidecar` that `computes` leads to.
    private static func computesFolder(in path: String, given: String, user: SystemUser?) throws -> String {
        let here = path + "/computes"
        if let resolved = realpath(here, nil) {
            defer { free(resolved) }
            let present = String(cString: resolved)
            if Passage.isOpen(to: present, for: user) { return present }
            // Never used: a folder of an earlier start that was not root.
            guard rmdir(here) == 0 || unlink(here) == 0 else {
                throw CommandFailure.badConfiguration(
                    "--data: \(present) cannot be reached by the user “\(user?.name ?? "")” that Postgres runs as")
            }
        } else {
            _ = unlink(here)  // A link that leads nowhere.
        }
        guard let user, !Passage.isOpen(to: path, for: user) else {
            try makeFolder(here, given: given)
            return here
        }
        // By chance, so that it is never found again by a fleet that begins anew where another one was removed.
        let elsewhere =
            "/var/lib/sidecar/" + Digests.randomBytes(8).map { String(0x100 | Int($0), radix: 16).dropFirst() }.joined()
        try makeFolder(elsewhere, given: elsewhere)
        guard symlink(elsewhere, here) == 0 else { throw unusable(given, String(cString: strerror(errno))) }
        return elsewhere
    }

    // MARK: - Folders

    private static func makeFolder(_ path: String, given: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        } catch {
            throw unusable(given, "cannot make \(path)")
        }
        guard access(path, W_OK | X_OK) == 0 else {
            throw unusable(given, String(cString: strerror(errno)))
        }
    }

    private static func unusable(_ given: String, _ why: String) -> CommandFailure {
        .badConfiguration("\(given) cannot be written (\(why)): choose another folder with --data")
    }
}
