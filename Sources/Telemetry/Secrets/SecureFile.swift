internal import Glibc
internal import Synchronization

/// Files that survive a crash whole, and that only their owner can read.
package enum SecureFile {
    /// No file of ours is near this; a longer one is not ours.
    package static let sizeLimit = 16 << 20

    /// Numbers the new files, so that two writers of one path do not share one.
    private static let writes = Atomic<Int>(0)

    /// What the system refused.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        /// The call, for example `rename`.
        package var call: String
        package var path: String
        /// The system's `errno`.
        package var code: CInt
        package var description: String { "\(path): \(call): \(String(cString: strerror(code)))" }
    }

    /// Replaces the file in one step: a reader, or a start after a crash, sees the old bytes or the new, never a part.
    ///
    /// The bytes go to a new file beside it (made with `mode`, so they are never readable more widely), then to the disk,
    /// then the name moves over, then the folder goes to the disk. On failure the old file is untouched.
    package static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o600) throws(Failure) {
        let number = writes.wrappingAdd(1, ordering: .relaxed).newValue
        let (folder, fresh) = (folder(of: path), "\(path).\(getpid()).\(number).new")
        unlink(fresh)  // Left by a process that had our number and died here.
        do throws(Failure) {
            try writeAndSync(bytes, to: fresh, mode: mode_t(mode))
            try check(rename(fresh, path), "rename", path)
        } catch {
            unlink(fresh)
            throw error
        }
        try syncFolder(folder)
    }

    /// The whole file, at most `sizeLimit` bytes.
    package static func read(_ path: String) throws(Failure) -> [UInt8] {
        let file = try check(open(path, O_RDONLY | O_CLOEXEC), "open", path)
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure(call: "read", path: path, code: errno) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= sizeLimit else { throw Failure(call: "read", path: path, code: EFBIG) }
        }
    }

    private static func writeAndSync(_ bytes: [UInt8], to path: String, mode: mode_t) throws(Failure) {
        let file = try check(open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode), "open", path)
        defer { close(file) }
        try check(fchmod(file, mode), "fchmod", path)  // Whatever the umask took away, `mode` is what was asked for.
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure(call: "write", path: path, code: errno) }
            rest = rest.dropFirst(count)
        }
        try check(fsync(file), "fsync", path)
    }

    private static func syncFolder(_ path: String) throws(Failure) {
        let folder = try check(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open", path)
        defer { close(folder) }
        try check(fsync(folder), "fsync", path)
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    @discardableResult
    private static func check(_ result: CInt, _ call: String, _ path: String) throws(Failure) -> CInt {
        guard result >= 0 else { throw Failure(call: call, path: path, code: errno) }
        return result
    }
}
