#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The one owner of a file descriptor: closed with it, once.
struct Descriptor: ~Copyable {
    let number: CInt

    init(owning number: CInt) {
        self.number = number
    }

    /// A second descriptor of the same open file. `nil` when this process has no more.
    init?(duplicating number: CInt) {
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { return nil }
        self.number = copy
    }

    deinit {
        close(number)
    }
}
