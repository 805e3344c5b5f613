internal import CLinux
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// One thread of a relay engine, as others see it: they give it jobs.
final class RelayThread: Sendable {
    typealias Job = @Sendable (RelayDesk) -> Void

    private struct State {
        var jobs: [Job] = []
        var isStopping = false
        var hasStopped = false
    }

    private let state = Mutex(State())
    private let name: String
    /// Rung when there is something to do.
    private let bell: Descriptor

    init(name: String) {
        self.name = name
        let number = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
        precondition(number >= 0, "eventfd: \(errno)")
        bell = Descriptor(owning: number)
        var thread = pthread_t()
        let start = Unmanaged.passRetained(self)
        let result = pthread_create(
            &thread, nil,
            { raw in
                guard let raw else { return nil }
                Unmanaged<RelayThread>.fromOpaque(raw).takeRetainedValue().run()
                return nil
            }, start.toOpaque())
        precondition(result == 0, "pthread_create: \(result)")
        pthread_detach(thread)
    }

    /// Carries the job out on the thread, in the order given.
    /// - Returns: false when the thread has stopped; then the job is dropped.
    @discardableResult
    func execute(_ job: @escaping Job) -> Bool {
        let (isTaken, mustRing) = state.withLock { state in
            guard !state.hasStopped else { return (false, false) }
            state.jobs.append(job)
            return (true, state.jobs.count == 1)
        }
        if mustRing { ring() }
        return isTaken
    }

    /// Ends the thread once its last session is over.
    func stop() {
        state.withLock { $0.isStopping = true }
        ring()
    }

    var isStopping: Bool { state.withLock { $0.isStopping && $0.jobs.isEmpty } }

    /// On the thread: silences the bell and does what was asked for.
    func takeJobs(_ bell: CInt, _ run: (Job) -> Void) {
        var count: UInt64 = 0
        _ = read(bell, &count, MemoryLayout<UInt64>.size)
        let jobs = state.withLock { state in
            let jobs = state.jobs
            state.jobs = []
            return jobs
        }
        for job in jobs { run(job) }
    }

    private func ring() {
        var one: UInt64 = 1
        // A bell that is full rings already.
        _ = write(bell.number, &one, MemoryLayout<UInt64>.size)
    }

    private func run() {
        sidecar_name_thread(name)
        let desk = RelayDesk(of: self, bell: bell.number)
        while true {
            desk.run()
            let isOver = state.withLock { state in
                state.hasStopped = state.jobs.isEmpty
                return state.hasStopped
            }
            if isOver { return }
        }
    }
}
