internal import Dispatch
package import Gossip
package import PostgresWire
internal import Synchronization
internal import Transport

/// Judges passwords that came in clear, away from the event loops: PBKDF2 takes milliseconds of a processor for each, and
/// strangers decide how many there are. A few at a time, endpoints in turn, and never more in line than `waitingLimit`.
package final class PasswordChecks: Sendable {
    /// The line is full.
    package struct Full: Error, Equatable {}

    /// Checks that may be under way at one time, when nobody says otherwise: as Neon has it.
    package static let defaultThreads = 4
    /// Checks that may wait. At 4,096 iterations each, less than a second's work.
    package static let waitingLimit = 256
    /// A verifier that asks for more would hold a processor for a large part of a second with every guess.
    package static let iterationLimit = 400_000

    private struct State {
        var queue: FairQueue<EndpointName>
        var tickets: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Void, any Error>] = [:]
    }

    private let state: Mutex<State>
    private let threads = DispatchQueue(label: "sidecar.password-checks", attributes: .concurrent)

    /// - Parameter threads: checks under way at one time. At least 1.
    package init(threads: Int = PasswordChecks.defaultThreads) {
        state = Mutex(State(queue: FairQueue(.init(running: max(1, threads), waiting: Self.waitingLimit))))
    }

    /// - Parameter password: prepared with SASLprep.
    /// - Returns: `nil` for a wrong one.
    /// - Throws: `Full`; `CancellationError` out of the line.
    package func keys(
        of password: [UInt8], by verifier: SCRAMVerifier, isGenuine: Bool, endpoint: EndpointName
    ) async throws -> SCRAMKeys? {
        try await turn(of: endpoint)
        defer { finished() }
        return await withCheckedContinuation { continuation in
            threads.async {
                continuation.resume(
                    returning: verifier.keys(of: password, isGenuine: isGenuine, hashing: LibcryptoHashing()))
            }
        }
    }

    private func turn(of endpoint: EndpointName) async throws {
        let ticket = state.withLock { state in
            state.tickets += 1
            return state.tickets
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if let settled = enter(ticket, endpoint, continuation) { continuation.resume(with: settled) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.queue.leave(ticket, in: endpoint) ? state.waiting.removeValue(forKey: ticket) : nil
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    /// - Returns: `nil` when it waits.
    private func enter(
        _ ticket: UInt64, _ endpoint: EndpointName, _ continuation: CheckedContinuation<Void, any Error>
    ) -> Result<Void, any Error>? {
        let (settled, displaced): (Result<Void, any Error>?, CheckedContinuation<Void, any Error>?) =
            state.withLock { state in
                // Looked at under the lock: a cancellation that came before found nothing to take out of the line.
                guard !Task.isCancelled else { return (.failure(CancellationError()), nil) }
                switch state.queue.enter(ticket, in: endpoint) {
                case .start: return (.success(()), nil)
                case .full: return (.failure(Full()), nil)
                case .wait(let displaced):
                    state.waiting[ticket] = continuation
                    return (nil, displaced.flatMap { state.waiting.removeValue(forKey: $0) })
                }
            }
        displaced?.resume(throwing: Full())
        return settled
    }

    private func finished() {
        let next = state.withLock { state in
            state.queue.finished().flatMap { state.waiting.removeValue(forKey: $0) }
        }
        next?.resume()
    }
}
