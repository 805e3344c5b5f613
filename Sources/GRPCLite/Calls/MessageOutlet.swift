internal import Synchronization

/// The messages of one direction of a call, on their way from the task that writes them to the connection's loop.
///
/// A writer waits while too many of its bytes are unsent, so that a peer that reads slowly costs bounded memory.
package final class MessageOutlet: Sendable {
    /// Unsent bytes of one stream above which writers wait.
    package static let highWaterMark = 64 * 1024

    private enum Turn {
        case write
        case failed(GRPCStatus)
    }

    private struct State {
        var unsentBytes = 0
        var failure: GRPCStatus?
        var writers: [(number: UInt64, continuation: CheckedContinuation<Turn, Never>)] = []
        var nextWriter: UInt64 = 0
    }

    private let state = Mutex(State())
    private let post: @Sendable ([UInt8]) -> Void

    /// - Parameter post: queues one framed message on the connection.
    init(post: @escaping @Sendable ([UInt8]) -> Void) {
        self.post = post
    }

    // MARK: The writer's side

    /// Queues one message and waits until the stream has room for the next.
    func send(_ message: [UInt8]) async throws(GRPCStatus) {
        try enqueue(message)
        try await waitForRoom()
    }

    /// Queues one message whatever is unsent already: for the only message of a call.
    func enqueue(_ message: [UInt8]) throws(GRPCStatus) {
        guard let framed = MessageFrame.bytes(of: message) else {
            throw GRPCStatus(.resourceExhausted, "the message is longer than gRPC can frame")
        }
        let failure = state.withLock { state in
            if state.failure == nil { state.unsentBytes += framed.count }
            return state.failure
        }
        if let failure { throw failure }
        post(framed)
    }

    private func waitForRoom() async throws(GRPCStatus) {
        guard state.withLock({ $0.unsentBytes > Self.highWaterMark }) else { return }
        let number = state.withLock { state in
            state.nextWriter += 1
            return state.nextWriter
        }
        let turn = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let turn = turnOrWait(number, continuation) { continuation.resume(returning: turn) }
            }
        } onCancel: {
            let writer = state.withLock { state -> CheckedContinuation<Turn, Never>? in
                guard let index = state.writers.firstIndex(where: { $0.number == number }) else { return nil }
                return state.writers.remove(at: index).continuation
            }
            writer?.resume(returning: Self.cancelled)
        }
        if case .failed(let status) = turn { throw status }
    }

    private static let cancelled = Turn.failed(GRPCStatus(.cancelled, "the task was cancelled"))

    /// - Returns: `nil` when the continuation was kept for later.
    private func turnOrWait(_ number: UInt64, _ continuation: CheckedContinuation<Turn, Never>) -> Turn? {
        state.withLock { state in
            // Read inside the lock: a cancellation after this line finds the continuation already in place.
            if Task.isCancelled { return Self.cancelled }
            if let failure = state.failure { return .failed(failure) }
            if state.unsentBytes <= Self.highWaterMark { return .write }
            state.writers.append((number, continuation))
            return nil
        }
    }

    // MARK: The connection's side

    /// That many bytes have left for the peer.
    func bytesSent(_ count: Int) {
        let ready = state.withLock { state -> [CheckedContinuation<Turn, Never>] in
            state.unsentBytes -= count
            guard state.unsentBytes <= Self.highWaterMark, !state.writers.isEmpty else { return [] }
            defer { state.writers = [] }
            return state.writers.map(\.continuation)
        }
        for writer in ready { writer.resume(returning: .write) }
    }

    /// Nothing more can be sent: writers, present and future, get this status.
    func fail(_ status: GRPCStatus) {
        let waiting = state.withLock { state -> [CheckedContinuation<Turn, Never>] in
            guard state.failure == nil else { return [] }
            state.failure = status
            defer { state.writers = [] }
            return state.writers.map(\.continuation)
        }
        for writer in waiting { writer.resume(returning: .failed(status)) }
    }
}
