#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A relay thread's own: its sessions, what it watches, and the buffers they share. Only that thread touches it.
final class RelayDesk {
    let buffers = RelayBuffers()
    /// As of the last wait: the same for all that happens before the next one.
    private(set) var now = RelayDesk.clock()
    private let epoll = EpollSet()
    private let bell: CInt
    private let thread: RelayThread
    private var seats: [RelaySession?] = []
    private var freeSeats: [Int] = []
    private var joined: UInt32 = 0
    private var dueTimes = DueTimes()

    /// The key that no session has.
    private static let bellKey = UInt64.max

    init(of thread: RelayThread, bell: CInt) {
        self.thread = thread
        self.bell = bell
        epoll.change(bell, from: [], to: .read, key: Self.bellKey)
    }

    // MARK: Sessions

    func join(_ joining: consuming RelayJoining) {
        if joining.ticket.isCancelled { joining.control.endNow() }
        let seat = freeSeats.popLast() ?? seats.count
        if seat == seats.count { seats.append(nil) }
        joined &+= 1
        // Which seat, and who sits there: an event for somebody who has left it is nobody's. The lowest bit is the side.
        let key = UInt64(joined) << 32 | UInt64(seat) << 1
        joining.pass.take(key)
        let (pass, control) = (joining.pass, joining.control)
        let session = RelaySession(joining, key: key, buffers, at: now)
        seats[seat] = session
        session.begin(self, asked: control.attach(RelayedSession(thread: thread, pass: pass)))
    }

    func session(_ key: UInt64) -> RelaySession? {
        let seat = Self.seat(of: key)
        guard seat < seats.count, let session = seats[seat], session.key == key & ~1 else { return nil }
        return session
    }

    /// A session has done what there was to do: it may be over, or want to be looked at by a certain time.
    func settled(_ session: RelaySession) {
        guard !session.isOver else { return leave(session) }
        guard let next = session.nextTick else { return }
        if let due = session.dueTime, due <= next { return }
        session.dueTime = next
        dueTimes.add(session.key, at: next)
    }

    func watch(
        _ number: CInt, from old: EpollSet.Interest, to new: EpollSet.Interest, _ key: UInt64,
        _ side: RelayOutcome.Side
    ) {
        epoll.change(number, from: old, to: new, key: key | (side == .upstream ? 1 : 0))
    }

    private func leave(_ session: RelaySession) {
        let seat = Self.seat(of: session.key)
        guard seats[seat] === session else { return }
        seats[seat] = nil
        freeSeats.append(seat)
    }

    private static func seat(of key: UInt64) -> Int { Int(UInt32(truncatingIfNeeded: key) >> 1) }

    // MARK: The thread's life

    /// Returns when the thread was told to stop and no session is left.
    func run() {
        while !(thread.isStopping && freeSeats.count == seats.count) {
            dueTimes.forget { session($0) != nil }
            let count = epoll.wait(for: dueTimes.earliest.map { Self.clock().until($0) })
            now = Self.clock()
            for index in 0..<count { handle(epoll.event(index)) }
            while let key = dueTimes.take(at: now) {
                guard let session = session(key) else { continue }
                session.dueTime = nil
                session.ticked(self)
            }
        }
    }

    private static func clock() -> RelayTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return RelayTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    private func handle(_ event: EpollSet.Event) {
        guard event.key != Self.bellKey else { return thread.takeJobs(bell) { $0(self) } }
        session(event.key)?.happened(event, to: event.key & 1 == 0 ? .client : .upstream, self)
    }
}
