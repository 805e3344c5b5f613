internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The threads that move the bytes of joined sessions; each has one epoll set and one set of buffers for all of its
/// sessions. They end with the engine, after their last session.
package final class RelayEngine: Sendable {
    /// For callers that have no engine of their own.
    package static let shared = RelayEngine()

    /// Half as many threads as there are cores, up to this: one thread moves gigabytes per second, most of that work is the
    /// kernel's, and fewer threads find more to do each time they wake.
    package static let mostThreadsByDefault = 4

    private let threads: [RelayThread]
    private let turn = Atomic(0)

    /// - Parameter threads: at least 1; `nil`: half as many as there are cores, up to `mostThreadsByDefault`.
    package init(threads count: Int? = nil) {
        let cores = sysconf(CInt(_SC_NPROCESSORS_ONLN))
        let count = count ?? min(cores / 2, Self.mostThreadsByDefault)
        threads = (0..<max(count, 1)).map { RelayThread(name: "relay-\($0)") }
    }

    deinit {
        for thread in threads { thread.stop() }
    }

    /// Whose turn it is.
    func nextThread() -> RelayThread {
        threads[turn.wrappingAdd(1, ordering: .relaxed).oldValue % threads.count]
    }
}
