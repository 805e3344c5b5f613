internal import Glibc

/// Files that take the place of others, all or none: the new ones are whole and on disk before the first is put, and the old
/// ones keep a second name until it is known that they are not wanted any more. So neither the exchange nor its way back
/// needs room on a disk that may be full by now.
struct ConfigurationExchange {
    private var waiting: [OwnedFile.Beside] = []
    private struct Begun {
        var path: String
        var hasFormer: Bool
        /// Whether the new one has its place.
        var isPut = false
    }

    private var begun: [Begun] = []

    /// Whether there is nothing to go back from.
    var isEmpty: Bool { waiting.isEmpty && begun.isEmpty }

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
            begun.append(Begun(path: file.path, hasFormer: hasFormer))
            try file.put()
            begun[begun.count - 1].isPut = true
        }
        waiting = []
    }

    /// All are what they were.
    mutating func takeBack() {
        for file in waiting { file.drop() }
        for file in begun.reversed() {
            switch (file.hasFormer, file.isPut) {
            case (true, true): _ = rename(Self.former(file.path), file.path)
            // Two names of one file: nothing is renamed to what it is already.
            case (true, false): _ = unlink(Self.former(file.path))
            case (false, true): _ = unlink(file.path)
            case (false, false): break
            }
        }
        (waiting, begun) = ([], [])
    }

    /// The new ones stay.
    mutating func settle() {
        for file in begun where file.hasFormer { _ = unlink(Self.former(file.path)) }
        begun = []
    }

    /// What an agent has left that was killed in the middle of an exchange: an old private key may be among it.
    static func clear(_ path: String) {
        OwnedFile.Beside(path: path).drop()
        _ = unlink(former(path))
    }

    private static func former(_ path: String) -> String { path + ".former" }
}
