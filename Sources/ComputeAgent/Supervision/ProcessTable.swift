internal import Glibc

/// What `/proc` says about processes that sit in a folder.
enum ProcessTable {
    /// Every process whose current folder is `path`, as every process of a Postgres is in its data directory.
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

    static func isWorking(_ identifier: Int32, in path: String) -> Bool {
        isWorking(identifier, inResolved: resolve(path))
    }

    /// Nothing happens when the process is gone, which is what the caller wants.
    static func send(_ signal: Int32, to identifier: Int32) {
        guard identifier > 1 else { return }
        kill(identifier, signal)
    }

    private static func isWorking(_ identifier: Int32, inResolved path: String) -> Bool {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes in
            guard let start = bytes.bindMemory(to: CChar.self).baseAddress else { return -1 }
            return readlink("/proc/\(identifier)/cwd", start, bytes.count)
        }
        return count > 0 && String(decoding: buffer[..<count], as: UTF8.self) == path
    }

    private static func resolve(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
