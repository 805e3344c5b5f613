internal import Glibc
internal import Telemetry

/// Files in folders that belong to the user Postgres runs as, written by an agent that may be root.
///
/// That user could put a symbolic link wherever we write, so nothing here follows one: a file is made under a name of
/// its own, given its owner and mode through its descriptor, and renamed into place.
enum OwnedFile {
    /// Largest file read back, in bytes.
    static let readLimit = 1 << 20

    /// - Returns: whether anything had to be written.
    @discardableResult
    static func write(_ text: String, to path: String, mode: UInt32 = 0o600, owner: SystemUser?) throws -> Bool {
        try write(Array(text.utf8), to: path, mode: mode, owner: owner)
    }

    @discardableResult
    static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o600, owner: SystemUser?) throws -> Bool {
        guard let written = try beside(bytes, path, mode: mode, owner: owner) else { return false }
        do {
            try written.put()
        } catch {
            written.drop()
            throw error
        }
        return true
    }

    /// The new content of a file, whole and on disk under another name: what is left to do takes no room.
    struct Beside {
        let path: String
        fileprivate var temporary: String { path + ".new" }

        func put() throws {
            guard rename(temporary, path) == 0 else { throw StorageFailure(.cannotWrite, path, errno: errno) }
        }

        func drop() { _ = unlink(temporary) }
    }

    /// - Returns: `nil` when that is what the file holds.
    /// - Throws: when there is no room for it, for instance; nothing of it is left then.
    static func beside(_ bytes: [UInt8], _ path: String, mode: UInt32 = 0o600, owner: SystemUser?) throws -> Beside? {
        if let present = read(path), present == bytes { return nil }
        let written = Beside(path: path)
        written.drop()
        let file = open(written.temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard file >= 0 else { throw StorageFailure(.cannotWrite, path, errno: errno) }
        defer { close(file) }
        do {
            try writeAll(bytes[...], to: file, path)
            if let owner, fchown(file, owner.uid, owner.gid) != 0 {
                throw StorageFailure(.cannotWrite, path, errno: errno)
            }
            guard fchmod(file, mode) == 0, fsync(file) == 0 else {
                throw StorageFailure(.cannotWrite, path, errno: errno)
            }
        } catch {
            written.drop()
            throw error
        }
        return written
    }

    /// - Returns: `nil` when there is no such regular file, or it is larger than `limit`.
    static func read(_ path: String, limit: Int = readLimit) -> [UInt8]? {
        read(path, limit: limit, flags: O_NOFOLLOW)
    }

    /// The same of a file that whoever runs the agent has named, in a folder of his. Links are followed: each file of a
    /// Secret or ConfigMap that Kubernetes mounts is one (`spec.json -> ..data/spec.json`).
    static func readGiven(_ path: String, limit: Int = readLimit) -> [UInt8]? {
        read(path, limit: limit, flags: 0)
    }

    private static func read(_ path: String, limit: Int, flags: CInt) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags)
        guard file >= 0 else { return nil }
        defer { close(file) }
        guard let about = FileStamp(descriptor: file), about.isRegular, about.size <= limit else { return nil }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while bytes.count <= limit {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return nil }
            bytes += chunk[..<count]
        }
        return nil
    }

    static func writeAll(_ bytes: ArraySlice<UInt8>, to file: CInt, _ path: String) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw StorageFailure(.cannotWrite, path, errno: errno) }
            rest = rest.dropFirst(count)
        }
    }
}
