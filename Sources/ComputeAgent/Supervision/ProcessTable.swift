internal import Glibc

/// What `/proc` says about the processes of a Postgres.
enum ProcessTable {
    private static let program = "postgres"

    /// Every process of a Postgres whose current folder is `path`, as all of one server are in its data directory. An
    /// operator's shell in that folder is none.
    static func processes(workingIn path: String) -> [Int32] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var found: [Int32] = []
        let resolved = resolve(path)
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let identifier = Int32(name), isWorking(identifier, inResolved: resolved) else { continue }
            found.append(identifier)
        }
        return found.sorted()
    }

    /// What a process calls itself: its arguments, or what a Postgres has put in their place. `nil` when it is gone.
    static func title(of identifier: Int32) -> String? {
        guard let bytes = OwnedFile.read("/proc/\(identifier)/cmdline") else { return nil }
        return String(decoding: bytes.map { $0 == 0 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
            .trimmingSuffix(" ")
    }

    /// Whether it was made to stand still. `/proc/PID/stat`: the state follows the name, which may hold anything.
    static func isStopped(_ identifier: Int32) -> Bool {
        guard let bytes = OwnedFile.read("/proc/\(identifier)/stat"), let end = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return false }
        return bytes[end...].dropFirst(2).first == UInt8(ascii: "T")
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
