internal import Synchronization

/// The messages of one direction of a call, on their way from the task that writes them to the connection's loop.
///
/// A writer waits while too many of its bytes are unsent, so that a peer that reads slowly costs bounded memory. While
/// too many of the whole connection are, it waits for all of its own.
package final class MessageOutlet: Sendable {
    private enum Turn {
        case write
        case failed(GRPCStatus)
    }

    private struct State {
        var unsentBytes = 0
        var failure: GRPCStatus?
        var writers: [(number: UInt64, continuation: CheckedContinuation<Turn, Never>)] = []
        var nextWriter: UInt64 = 0
        var encoding = MessageEncoding.identity
        var head = OutboundHead()
        var messageSent: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    private let post: @Sendable ([UInt8]) -> Void
    private let limit: Int
    private let backlog: OutboundBacklog?

    /// - Parameters:
    ///   - limit: unsent bytes above which writers wait; see ``ConnectionLimits/streamUnsentBytes``.
    ///   - backlog: what the connection has to send; `nil` when there is no bound on that.
    ///   - encoding: declared in the headers that come before the first message.
    ///   - post: queues one framed message on the connection.
    init(
        limit: Int, encoding: MessageEncoding = .identity, backlog: OutboundBacklog? = nil,
        post: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.post = post
        self.limit = limit
        self.backlog = backlog
        if encoding != .identity { state.withLock { $0.encoding = encoding } }
    }

    // MARK: The writer's side

    /// Queues one message and waits until the stream has room for the next.
    func send(_ message: [UInt8], compress: Bool = true) async throws(GRPCStatus) {
        try enqueue(message, compress: compress)
        try await waitForRoom()
    }

    /// Queues one message whatever is unsent already: for the only message of a call.
    /// - Parameter compress: `false` sends it as it is, whatever encoding was declared.
    func enqueue(_ message: [UInt8], compress: Bool = true) throws(GRPCStatus) {
        guard let framed = framed(message, compress: compress) else {
            throw GRPCStatus(.resourceExhausted, "the message is longer than gRPC can frame")
        }
        let failure = state.withLock { state in
            guard state.failure == nil else { return state.failure }
            state.unsentBytes += framed.count
            state.messageSent?()
            return nil
        }
        if let failure { throw failure }
        backlog?.messagePosted(framed.count)
        post(framed)
    }

    private func framed(_ message: [UInt8], compress: Bool) -> [UInt8]? {
        let encoding = compress ? state.withLock(\.encoding) : .identity
        if encoding != .identity, let compressed = encoding.compressed(message) {
            return MessageFrame.bytes(of: compressed, isCompressed: true)
        }
        return MessageFrame.bytes(of: message)
    }

    private func waitForRoom() async throws(GRPCStatus) {
        guard state.withLock({ !hasRoom($0) }) else { return }
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

    /// Whoever has nothing unsent may always write: so nobody waits for others to read.
    private func hasRoom(_ state: borrowing State) -> Bool {
        state.unsentBytes <= 0 || state.unsentBytes <= limit && backlog?.isOver != true
    }

    private static let cancelled = Turn.failed(GRPCStatus(.cancelled, "the task was cancelled"))

    /// - Returns: `nil` when the continuation was kept for later.
    private func turnOrWait(_ number: UInt64, _ continuation: CheckedContinuation<Turn, Never>) -> Turn? {
        state.withLock { state in
            // Read inside the lock: a cancellation after this line finds the continuation already in place.
            if Task.isCancelled { return Self.cancelled }
            if let failure = state.failure { return .failed(failure) }
            if hasRoom(state) { return .write }
            state.writers.append((number, continuation))
            return nil
        }
    }

    // MARK: What goes around the messages

    /// Says what the headers and trailers of this direction carry beside gRPC's own fields.
    func withHead<Result>(_ body: (inout OutboundHead) -> Result) -> Result {
        state.withLock { body(&$0.head) }
    }

    /// Messages from now on may be compressed; the headers must not have left yet.
    func declare(_ encoding: MessageEncoding) {
        state.withLock { $0.encoding = encoding }
    }

    var encoding: MessageEncoding { state.withLock(\.encoding) }

    /// - Parameter messageSent: called under a lock for each message from now on: must be quick, and must not call back.
    func observe(_ messageSent: @escaping @Sendable () -> Void) {
        state.withLock { $0.messageSent = messageSent }
    }

    var hasWriters: Bool { state.withLock { !$0.writers.isEmpty } }

    // MARK: The connection's side

    /// The call begins anew, on a connection that has so many of its bytes to send.
    func restart(unsent byteCount: Int) {
        state.withLock { $0.unsentBytes = byteCount }
    }

    /// That many bytes have left for the peer.
    func bytesSent(_ count: Int) {
        let ready = state.withLock { state -> [CheckedContinuation<Turn, Never>] in
            state.unsentBytes -= count
            guard !state.writers.isEmpty, hasRoom(state) else { return [] }
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
