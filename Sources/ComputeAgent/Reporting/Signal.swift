internal import Synchronization

/// Tells any number of waiting tasks that something has moved. Take `next` before looking, wait on it after: what moves
/// in between is not missed.
final class Signal: Sendable {
    private let current = Mutex(Latch<Bool>())

    var next: Latch<Bool> { current.withLock { $0 } }

    func fire() {
        let fired = current.withLock { latch in
            defer { latch = Latch() }
            return latch
        }
        fired.set(true)
    }
}
