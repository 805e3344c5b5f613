internal import Synchronization

/// One task's wait on an event loop. Cancellation may come from any thread, before, while or after the wait is parked;
/// the mark set here and the visit to the loop that follows it catch it in each case.
final class WaitTicket: Sendable {
    private let mark = Atomic(false)

    var isCancelled: Bool { mark.load(ordering: .acquiring) }

    func cancel() {
        mark.store(true, ordering: .releasing)
    }
}

/// Where tasks wait for a value that an event loop will have. Belongs to that loop. Resumes each continuation once.
struct ParkedWaits<Value: Sendable> {
    private var waiting: [(ticket: WaitTicket, continuation: CheckedContinuation<Value, any Error>)] = []

    var isEmpty: Bool { waiting.isEmpty }

    mutating func park(_ ticket: WaitTicket, _ continuation: CheckedContinuation<Value, any Error>) {
        guard !ticket.isCancelled else { return continuation.resume(throwing: CancellationError()) }
        waiting.append((ticket, continuation))
    }

    mutating func resume(with result: Result<Value, any Error>) {
        guard !waiting.isEmpty else { return }
        let resumed = waiting
        waiting = []
        for wait in resumed { wait.continuation.resume(with: result) }
    }

    /// Does nothing when the wait is over already, a lawful race.
    mutating func cancel(_ ticket: WaitTicket) {
        guard let index = waiting.firstIndex(where: { $0.ticket === ticket }) else { return }
        waiting.remove(at: index).continuation.resume(throwing: CancellationError())
    }
}
