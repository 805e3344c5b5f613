internal import CLinux

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// What a thread watches. Level-triggered: one read for each event is enough, so nobody reads a second time only to be
/// told that nothing is left.
struct EpollSet: ~Copyable {
    struct Interest: OptionSet {
        let rawValue: UInt8
        static let read = Interest(rawValue: 1)
        static let write = Interest(rawValue: 2)
    }

    struct Event {
        var key: UInt64
        /// Reading tells more: there is input, an end or an error.
        var isReadable: Bool
        var isWritable: Bool
    }

    private let descriptor: Descriptor
    private let room: UnsafeMutableBufferPointer<epoll_event>

    init() {
        let number = epoll_create1(CInt(EPOLL_CLOEXEC))
        precondition(number >= 0, "epoll_create1: \(errno)")
        descriptor = Descriptor(owning: number)
        room = .allocate(capacity: 256)
        room.initialize(repeating: epoll_event())
    }

    deinit {
        room.deallocate()
    }

    /// Who is watched for nothing is not in the set at all: the kernel would go on to report its hang-up for ever.
    func change(_ number: CInt, from old: Interest, to new: Interest, key: UInt64) {
        guard old != new else { return }
        var event = epoll_event()
        if new.contains(.read) { event.events |= EPOLLIN.rawValue }
        if new.contains(.write) { event.events |= EPOLLOUT.rawValue }
        event.data.u64 = key
        let operation = new.isEmpty ? EPOLL_CTL_DEL : old.isEmpty ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
        // Fails only for want of kernel memory, or past the user's limit of watches; then the session's limits end it.
        _ = epoll_ctl(descriptor.number, operation, number, &event)
    }

    /// - Parameter timeout: rounded up to milliseconds; `nil`: for ever.
    /// - Returns: how many events `event(_:)` has.
    func wait(for timeout: RelayTime.Span?) -> Int {
        var milliseconds: CInt = -1
        if let timeout { milliseconds = CInt(clamping: max(0, (timeout.nanoseconds + 999_999) / 1_000_000)) }
        return max(0, Int(epoll_wait(descriptor.number, room.baseAddress, CInt(room.count), milliseconds)))
    }

    func event(_ index: Int) -> Event {
        let event = room[index]
        let isBroken = event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
        return Event(
            key: event.data.u64, isReadable: isBroken || event.events & EPOLLIN.rawValue != 0,
            isWritable: isBroken || event.events & EPOLLOUT.rawValue != 0)
    }
}
