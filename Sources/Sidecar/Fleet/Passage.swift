internal import ComputeAgent
internal import Foundation

/// Whose a file is, and whether somebody else can get to it.
enum Passage {
    /// - Returns: `nil` when there is nothing at `path`, or nothing that we may look at.
    static func owner(of path: String) -> UInt32? {
        let about = try? FileManager.default.attributesOfItem(atPath: path)
        return (about?[.ownerAccountID] as? NSNumber)?.uint32Value
    }

    /// Whether `user` may pass through every folder from the root down to `path`. `nil` is ourselves, who may.
    ///
    /// - Parameter path: absolute, without symbolic links.
    static func isOpen(to path: String, for user: SystemUser?) -> Bool {
        guard let user else { return true }
        var folder = path
        while true {
            guard let about = try? FileManager.default.attributesOfItem(atPath: folder.isEmpty ? "/" : folder),
                let mode = (about[.posixPermissions] as? NSNumber)?.uint32Value,
                let owner = (about[.ownerAccountID] as? NSNumber)?.uint32Value,
                let group = (about[.groupOwnerAccountID] as? NSNumber)?.uint32Value
            else { return false }
            let mayPass: UInt32 = owner == user.uid ? 0o100 : group == user.gid ? 0o010 : 0o001
            guard mode & mayPass != 0 else { return false }
            guard let slash = folder.lastIndex(of: "/") else { return true }
            folder = String(folder[..<slash])
        }
    }
}
