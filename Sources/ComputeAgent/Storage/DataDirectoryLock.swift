internal import Glibc

/// One agent per data directory. The kernel lets go of the lock when its holder dies, however it dies.
package final class DataDirectoryLock: Sendable {
    /// A child that has not become its program yet holds what its parent held. So somebody who has just gone may seem
    /// to be there still.
    private static let patience: Duration = .seconds(1)
    private static let pause: Duration = .milliseconds(20)

    private let file: CInt

    static func take(_ directory: DataDirectory) async throws -> DataDirectoryLock {
        let end = ContinuousClock.now + patience
        while true {
            do {
                return try DataDirectoryLock(directory)
            } catch {
                guard error.reason == .inUse, ContinuousClock.now < end else { throw error }
            }
            // A lock can be waited for only by a blocked thread. Bounded by `patience`.
            try await Task.sleep(for: pause)
        }
    }

    private init(_ directory: DataDirectory) throws(StorageFailure) {
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
