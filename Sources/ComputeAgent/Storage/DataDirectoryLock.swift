internal import Glibc

/// One agent per data directory. The kernel lets go of the lock when its holder dies, however it dies.
package final class DataDirectoryLock: Sendable {
    private let file: CInt

    package init(_ directory: DataDirectory) throws(StorageFailure) {
        let file = open(directory.lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw StorageFailure(.cannotWrite, directory.lockPath, errno: errno) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw StorageFailure(.inUse, "\(directory.path): another agent holds this data directory")
        }
        self.file = file
    }

    deinit {
        close(file)
    }
}
