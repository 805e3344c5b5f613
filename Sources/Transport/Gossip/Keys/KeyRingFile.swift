internal import Glibc

/// A key file on disk.
package struct KeyRingFile: Sendable {
    /// More text than any ring needs, in bytes.
    package static let sizeLimit = 64 << 10

    package let path: String

    package init(path: String) {
        self.path = path
    }

    package struct Content: Sendable, Equatable {
        package var ring: KeyRing
        /// For the operator: what was let pass. Names the file, not a key.
        package var warnings: [String]
    }

    /// Blocks while it reads. A file that others than its owner may read, or its group may change, is refused. That the
    /// group may read it is only warned of: a mounted secret often belongs to root and is read through `fsGroup`.
    package func read() throws(KeyRingFailure) -> Content {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else { throw systemFailure() }
        defer { close(file) }
        // The mode of what is read, not of what the name may mean by then.
        var status = stat()
        guard fstat(file, &status) == 0 else { throw systemFailure() }
        guard status.st_mode & S_IFMT == S_IFREG else { throw failure(.notAFile) }
        let mode = UInt32(status.st_mode) & 0o777
        guard mode & 0o027 == 0 else { throw failure(.open(mode: mode)) }
        let ring = try KeyRing(parsing: try bytes(of: file), path: path)
        return Content(ring: ring, warnings: mode & 0o040 == 0 ? [] : [groupWarning(mode)])
    }

    private func bytes(of file: CInt) throws(KeyRingFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw systemFailure() }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= Self.sizeLimit else { throw failure(.tooLarge(limit: Self.sizeLimit)) }
        }
    }

    private func groupWarning(_ mode: UInt32) -> String {
        "\(path): has mode \(String(mode, radix: 8)): its group can read the keys"
    }

    private func failure(_ problem: KeyRingFailure.Problem) -> KeyRingFailure {
        KeyRingFailure(path: path, problem: problem)
    }

    private func systemFailure() -> KeyRingFailure {
        failure(.unreadable(String(cString: strerror(errno))))
    }
}
