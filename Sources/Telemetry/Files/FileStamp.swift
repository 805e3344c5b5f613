internal import Glibc

/// What tells one content of a file from the next without reading it, and what kind of file it is.
package struct FileStamp: Equatable, Sendable {
    package let isRegular: Bool
    /// Bytes.
    package let size: Int
    private let inode: UInt64
    private let seconds: Int
    private let nanoseconds: Int

    /// - Returns: `nil` when there is no such file, or it is out of reach. Links are followed.
    package init?(path: String) {
        var about = stat()
        guard stat(path, &about) == 0 else { return nil }
        self.init(about)
    }

    /// - Parameter descriptor: an open file's.
    package init?(descriptor: Int32) {
        var about = stat()
        guard fstat(descriptor, &about) == 0 else { return nil }
        self.init(about)
    }

    private init(_ about: stat) {
        isRegular = about.st_mode & S_IFMT == S_IFREG
        size = Int(about.st_size)
        inode = UInt64(about.st_ino)
        seconds = about.st_mtim.tv_sec
        nanoseconds = about.st_mtim.tv_nsec
    }
}
