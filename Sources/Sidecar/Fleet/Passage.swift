internal import ComputeAgent
internal import SystemPackage

/// Whose a file is, and whether somebody else can get to it.
enum Passage {
    /// - Returns: `nil` when there is nothing at `path`, or nothing that we may look at.
    static func owner(of path: String) -> UInt32? {
        about(path)?.userID.rawValue
    }

    /// Of a symbolic link itself.
    private static func about(_ path: String) -> Stat? {
        try? FilePath(path).stat(followTargetSymlink: false)
    }

    /// Whether `user` may pass through every folder from the root down to `path`. `nil` is ourselves, who may.
    ///
    /// - Parameter path: absolute, without symbolic links.
    static func isOpen(to path: String, for user: SystemUser?) -> Bool {
        guard let user else { return true }
        var folder = path
        while true {
            guard let about = about(folder.isEmpty ? "/" : folder) else { return false }
            let mayPass: UInt32 =
                about.userID.rawValue == user.uid ? 0o100 : about.groupID.rawValue == user.gid ? 0o010 : 0o001
            guard about.permissions.rawValue & mayPass != 0 else { return false }
            guard let slash = folder.lastIndex(of: "/") else { return true }
            folder = String(folder[..<slash])
        }
    }
}
