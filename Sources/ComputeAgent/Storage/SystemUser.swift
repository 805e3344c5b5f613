internal import Glibc

/// A user of this machine, by number.
package struct SystemUser: Equatable, Sendable {
    package var name: String
    package var uid: UInt32
    package var gid: UInt32

    package static func named(_ name: String) -> SystemUser? {
        guard let entry = getpwnam(name) else { return nil }
        return SystemUser(name: name, uid: entry.pointee.pw_uid, gid: entry.pointee.pw_gid)
    }

    /// Whom Postgres must run as: it refuses root, so a root agent needs somebody else.
    ///
    /// - Parameter requested: from `--run-as`; without it `postgres`, or `nobody` where that does not exist.
    /// - Returns: `nil` when the agent is not root and Postgres simply runs as the agent does.
    package static func forPostgres(requested: String?) throws(StorageFailure) -> SystemUser? {
        let own = geteuid()
        if let requested {
            guard let user = named(requested) else {
                throw StorageFailure(.noSuchUser, "--run-as: there is no user “\(requested)” on this machine")
            }
            guard user.uid != 0 else {
                throw StorageFailure(.noSuchUser, "--run-as: Postgres refuses to run as root")
            }
            guard own == 0 || own == user.uid else {
                throw StorageFailure(
                    .noSuchUser, "--run-as \(requested): only root can start Postgres as somebody else")
            }
            return own == 0 ? user : nil
        }
        guard own == 0 else { return nil }
        guard let user = named("postgres") ?? named("nobody") else {
            throw StorageFailure(.noSuchUser, "running as root: name an unprivileged user with --run-as")
        }
        return user
    }
}
