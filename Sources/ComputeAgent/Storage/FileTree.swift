internal import FoundationEssentials

/// Folders with all that is in them.
enum FileTree {
    /// Does nothing when it is not there. Follows no link.
    ///
    /// Not through `rm`: this is also for a task that has been cancelled, which can wait for no process.
    static func remove(_ path: String) throws(StorageFailure) {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch let error as CocoaError where error.code == .fileNoSuchFile {
        } catch {
            throw StorageFailure(.cannotWrite, "\(path): cannot be removed: \(error)")
        }
    }
}
