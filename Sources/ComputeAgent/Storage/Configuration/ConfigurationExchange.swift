internal import Glibc

/// Files that take the place of others, all or none: the new ones are whole and on disk before the first is put, and the old
/// ones keep a second name until it is known that they are not wanted any more. So neither the exchange nor its way back
/// needs room on a disk that may be full by now.
struct ConfigurationExchange {
    private var waiting: [OwnedFile.Beside] = []
    private var done: [(path: String, hadFormer: Bool)] = []

    /// Whether there is nothing to go back from.
    var isEmpty: Bool { waiting.isEmpty && done.isEmpty }

    mutating func add(_ file: OwnedFile.Beside) {
        waiting.append(file)
    }

    /// - Throws: at the first that cannot be put; `takeBack` is then due.
    mutating func put() throws {
        for file in waiting {
            let former = Self.former(file.path)
            _ = unlink(former)
            let hasFormer = link(file.path, former) == 0
            // There may be none yet. Whatever else stands in the way, nothing has been changed.
            guard hasFormer || errno == ENOENT else { throw StorageFailure(.cannotWrite, file.path, errno: errno) }
            try file.put()
            done.append((file.path, hasFormer))
        }
        waiting = []
    }

    /// All are what they were.
    mutating func takeBack() {
        for file in waiting { file.drop() }
        for (path, hadFormer) in done.reversed() {
            _ = hadFormer ? rename(Self.former(path), path) : unlink(path)
        }
        (waiting, done) = ([], [])
    }

    /// The new ones stay.
    mutating func settle() {
        for (path, hadFormer) in done where hadFormer { _ = unlink(Self.former(path)) }
        done = []
    }

    private static func former(_ path: String) -> String { path + ".former" }
}
