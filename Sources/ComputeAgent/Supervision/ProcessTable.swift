internal import Glibc

/// What `/proc` says about the processes of a Postgres.
enum ProcessTable {
    private static let program = "postgres"

    /// Every process of a Postgres whose current folder is `path`, as all of one server are in its data directory. An
    /// operator's shell in that folder is none.
    static func processes(workingIn path: String) -> [Int32] {
        let resolved = resolve(path)
        return identifiers().filter { isWorking($0, inResolved: resolved) }
    }

    private static func identifiers() -> [Int32] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var found: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let identifier = Int32(name) { found.append(identifier) }
        }
        return found.sorted()
    }

    /// Children of this process that have ended and that nobody has waited for.
    static func endedChildren() -> [Int32] {
        let own = getpid()
        return identifiers().filter { identifier in
            guard let (state, parent) = state(of: identifier) else { return false }
            return state == UInt8(ascii: "Z") && parent == own
        }
    }

    /// What a process calls itself: its arguments, or what a Postgres has put in their place. `nil` when it is gone.
    static func title(of identifier: Int32) -> String? {
        guard let bytes = OwnedFile.read("/proc/\(identifier)/cmdline") else { return nil }
        return String(decoding: bytes.map { $0 == 0 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
            .trimmingSuffix(" ")
    }

    /// Whether it was made to stand still.
    static func isStopped(_ identifier: Int32) -> Bool {
        state(of: identifier)?.state == UInt8(ascii: "T")
    }

    /// Of `/proc/PID/stat` (proc(5)): the fields behind the name, which may hold anything, from the state on.
    private static func fields(of identifier: Int32) -> [Substring]? {
        guard let bytes = OwnedFile.read("/proc/\(identifier)/stat"), let end = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        return String(decoding: bytes[end...].dropFirst(2), as: UTF8.self).split(separator: " ")
    }

    private static func state(of identifier: Int32) -> (state: UInt8, parent: Int32)? {
        guard let fields = fields(of: identifier), fields.count > 1, let state = fields[0].utf8.first,
            let parent = Int32(fields[1])
        else { return nil }
        return (state, parent)
    }

    /// When it began, in ticks since the machine did: with the identifier it names one process and no later one. `nil`
    /// when it is gone, or has ended.
    static func beginning(of identifier: Int32) -> UInt64? {
        guard let fields = fields(of: identifier), fields.count > 19, fields[0] != "Z", fields[0] != "X" else {
            return nil
        }
        return UInt64(fields[19])
    }

    /// Nothing happens when the process is gone, which is what the caller wants.
    static func send(_ signal: Int32, to identifier: Int32) {
        guard identifier > 1 else { return }
        kill(identifier, signal)
    }

    private static func isWorking(_ identifier: Int32, inResolved path: String) -> Bool {
        target("/proc/\(identifier)/cwd") == path && target("/proc/\(identifier)/exe").map(isPostgres) == true
    }

    /// After an upgrade the kernel says so behind the name of the program that it still runs.
    private static func isPostgres(_ executable: String) -> Bool {
        executable.trimmingSuffix(" (deleted)").split(separator: "/").last.map(String.init) == program
    }

    private static func target(_ link: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes in
            guard let start = bytes.bindMemory(to: CChar.self).baseAddress else { return -1 }
            return readlink(link, start, bytes.count)
        }
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    private static func resolve(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
