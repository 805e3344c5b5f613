internal import Glibc

/// The postmaster as seen from the agent's container: by the data directory they share and the processes they share.
struct PostmasterSight: Sendable {
    let directory: DataDirectory

    /// Its process id here; `nil` when it cannot be seen, or is gone.
    ///
    /// A number in a file may mean another process in another namespace. So it counts only when that process works in the
    /// very directory that the file is in; paths may differ between containers, the directory itself does not.
    func identifier() -> Int32? {
        guard let file = OwnedFile.read(directory.postmasterPIDPath) else { return nil }
        guard let first = String(decoding: file, as: UTF8.self).split(separator: "\n").first,
            let identifier = Int32(first), identifier > 1, isWorking(identifier)
        else { return nil }
        return identifier
    }

    func isWorking(_ identifier: Int32) -> Bool {
        guard let theirs = Self.place("/proc/\(identifier)/cwd"), let ours = Self.place(directory.path) else {
            return false
        }
        return theirs == ours
    }

    private struct Place: Equatable {
        var device: UInt64
        var node: UInt64
    }

    private static func place(_ path: String) -> Place? {
        var about = stat()
        guard stat(path, &about) == 0 else { return nil }
        return Place(device: UInt64(about.st_dev), node: UInt64(about.st_ino))
    }
}
