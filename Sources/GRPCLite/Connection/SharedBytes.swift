internal import Synchronization

/// Bytes that all connections of a server hold together, under one bound.
///
/// When it is passed, the connection that holds most is asked to let go of what is too much. Nobody else is refused
/// anything for it: a few clients that take nothing cost themselves.
package final class SharedBytes: Sendable {
    private struct Member {
        weak var part: SharedBytesPart?
    }

    package let limit: Int
    private let held = Atomic(0)
    private let members = Mutex<[ObjectIdentifier: Member]>([:])
    /// Somebody was asked and has not had its turn: nobody else is, or one excess would be let go of twice.
    private let isAsking = Atomic(false)

    package init(limit: Int = .max) {
        self.limit = limit
    }

    package var byteCount: Int { held.load(ordering: .relaxed) }

    /// For what nobody can be asked to let go of.
    /// - Returns: `false`, and nothing is counted, when it would be too much.
    func take(_ byteCount: Int) -> Bool {
        guard held.add(byteCount, ordering: .relaxed).newValue > limit else { return true }
        giveBack(byteCount)
        return false
    }

    /// What was taken.
    func giveBack(_ byteCount: Int) { held.subtract(byteCount, ordering: .relaxed) }

    var isOver: Bool { byteCount > limit }
    /// How much is too much.
    var excess: Int { max(0, byteCount - limit) }

    fileprivate func add(_ byteCount: Int) {
        held.add(byteCount, ordering: .relaxed)
        if byteCount > 0, isOver { askGreatest() }
    }

    /// Has the connection that holds most let go of the excess at its next turn, which is soon.
    func askGreatest() {
        guard isOver, !isAsking.exchange(true, ordering: .acquiringAndReleasing) else { return }
        // They leave the lock before any of them can go, which takes it.
        let parts = members.withLock { $0.values.compactMap(\.part) }.filter { !$0.isGone }
        guard let greatest = parts.max(by: { $0.byteCount < $1.byteCount }) else { return answered() }
        greatest.ask()
    }

    fileprivate func answered() {
        isAsking.store(false, ordering: .releasing)
    }

    fileprivate func join(_ part: SharedBytesPart) {
        members.withLock { $0[ObjectIdentifier(part)] = Member(part: part) }
    }

    fileprivate func leave(_ part: ObjectIdentifier) {
        members.withLock { $0[part] = nil }
    }
}

/// What one connection holds of them.
final class SharedBytesPart: Sendable {
    let whole: SharedBytes
    private let held = Atomic(0)
    private let isAsked = Atomic(false)
    /// Its connection has no more turns. One order over this and `isAsked`: who asks and who goes cannot both miss the other.
    private let hasGone = Atomic(false)
    private let wake: @Sendable () -> Void

    /// - Parameter wake: called from any thread when this one is to let go of bytes; has its connection look soon.
    init(of whole: SharedBytes, wake: @escaping @Sendable () -> Void = {}) {
        self.whole = whole
        self.wake = wake
        whole.join(self)
    }

    deinit {
        whole.leave(ObjectIdentifier(self))
        whole.add(-byteCount)
        _ = takeExcess()
    }

    var byteCount: Int { held.load(ordering: .relaxed) }

    /// To be called on the connection's loop.
    func set(_ byteCount: Int) {
        let before = held.exchange(byteCount, ordering: .relaxed)
        if byteCount != before { whole.add(byteCount - before) }
        // Whoever has nothing may be gone, and never have its turn.
        if byteCount == 0 { _ = takeExcess() }
    }

    /// To be called on any thread. Who takes away may hold a lock.
    func add(_ byteCount: Int) {
        guard byteCount != 0 else { return }
        held.add(byteCount, ordering: .relaxed)
        whole.add(byteCount)
    }

    /// To be called on any thread.
    func ask() {
        isAsked.store(true, ordering: .sequentiallyConsistent)
        // Whoever chose it may not have seen it go.
        if isGone { decline() } else { wake() }
    }

    /// Its connection has gone, and lets go of nothing when it is asked.
    func leave() {
        hasGone.store(true, ordering: .sequentiallyConsistent)
        decline()
    }

    fileprivate var isGone: Bool { hasGone.load(ordering: .sequentiallyConsistent) }

    private func decline() {
        if isAsked.exchange(false, ordering: .sequentiallyConsistent) { whole.answered() }
    }

    /// To be called at each turn.
    /// - Returns: how many bytes to let go of now; 0 when this one was not asked.
    func takeExcess() -> Int {
        guard isAsked.load(ordering: .relaxed), isAsked.exchange(false, ordering: .acquiringAndReleasing) else {
            return 0
        }
        whole.answered()
        return whole.excess
    }
}

/// What all connections of a server share.
package struct ServerBytes: Sendable {
    /// Of answers that clients have not taken.
    package let unsent: SharedBytes
    /// Of requests that no handler has yet.
    package let unfinished: SharedBytes
    /// Of messages that came compressed, and that handlers have.
    package let unpacked: SharedBytes

    package init(
        unsent: SharedBytes = SharedBytes(), unfinished: SharedBytes = SharedBytes(),
        unpacked: SharedBytes = SharedBytes()
    ) {
        self.unsent = unsent
        self.unfinished = unfinished
        self.unpacked = unpacked
    }
}
