internal import Synchronization

/// The messages of one direction of a call, on their way from the connection's loop to the task that reads them.
///
/// It also keeps the flow-control debt: bytes that arrived while messages were waiting are given back to the sender's
/// window only once the reader has taken those messages.
final class MessageMailbox: Sendable {
    private enum End {
        case completed
        case failed(GRPCStatus)
    }

    private enum Delivery {
        case message(ReceivedMessage, creditToReturn: Int)
        case ended
        case failed(GRPCStatus)
    }

    private struct State {
        var messages: [ReceivedMessage] = []
        var next = 0
        var wasLastCompressed = false
        /// Told of each message that the reader takes, and of the end.
        var observer: MailboxObserver?
        /// Bytes received and not yet returned to the sender's window.
        var owedCredit = 0
        /// What the messages cost that nobody has taken.
        var waitingBytes = 0
        var end: End?
        var reader: CheckedContinuation<Delivery, Never>?

        var hasMessage: Bool { next < messages.count }
    }

    /// A debt below this is not worth waking the loop for; the sender still has most of its window.
    private static let smallestReturnedCredit = 32 * 1024

    private let state = Mutex(State())
    private let messageLimit: Int
    private let returnCredit: @Sendable (Int) -> Void
    private let waiting: SharedBytesPart?
    private let unpacked: UnpackedBytes
    /// Bytes of the compressed message that the reader took last, unpacked.
    private let taken = Atomic(0)

    /// - Parameters:
    ///   - waiting: what the messages that wait are counted in. Their number of bytes on the wire is bounded by the window,
    ///     but small ones cost a lot more than that.
    ///   - unpacked: what the compressed message that the reader has is counted in.
    ///   - messageLimit: bytes that a compressed message may have unpacked.
    ///   - returnCredit: opens the sender's window by that many bytes; called from the reader's task.
    init(
        messageLimit: Int, waiting: SharedBytesPart? = nil, unpacked: UnpackedBytes,
        returnCredit: @escaping @Sendable (Int) -> Void
    ) {
        self.messageLimit = messageLimit
        self.waiting = waiting
        self.unpacked = unpacked
        self.returnCredit = returnCredit
    }

    deinit {
        waiting?.add(-waitingBytes)
        forgetTaken()
    }

    /// What the messages cost that nobody has taken.
    var waitingBytes: Int { state.withLock(\.waitingBytes) }

    /// Whether the call's end is known; messages may still wait before it.
    var hasEnded: Bool {
        state.withLock { $0.end != nil }
    }

    /// Why nothing more can be read; `nil` while something can, and when the sender simply finished.
    var failure: GRPCStatus? {
        state.withLock { state in
            guard case .failed(let status)? = state.end else { return nil }
            return status
        }
    }

    /// Whether the message that the reader took last came compressed.
    var wasLastCompressed: Bool {
        state.withLock { $0.wasLastCompressed }
    }

    /// - Parameter observer: told at once when the end is there already. There is one at most; a later one replaces it.
    func observe(_ observer: MailboxObserver) {
        let end = state.withLock { state in
            state.observer = observer
            return state.end
        }
        switch end {
        case nil: break
        case .completed?: observer.ended(.ok)
        case .failed(let status)?: observer.ended(status)
        }
    }

    // MARK: The connection's side

    /// Hands over the messages that were completed by `byteCount` bytes from the wire.
    /// - Returns: the bytes to give back to the sender's window at once.
    func deliver(_ arrived: [ReceivedMessage], byteCount: Int) -> Int {
        let cost = arrived.reduce(0) { $0 + $1.cost }
        waiting?.add(cost)
        let (reader, delivery, credit) = state.withLock {
            state -> (CheckedContinuation<Delivery, Never>?, Delivery?, Int) in
            guard state.end == nil else {
                waiting?.add(-cost)
                return (nil, nil, byteCount)
            }
            state.waitingBytes += cost
            state.messages.append(contentsOf: arrived)
            state.owedCredit += byteCount
            var delivery: Delivery?
            let reader = state.reader
            if reader != nil, state.hasMessage {
                state.reader = nil
                delivery = .message(takeNext(&state), creditToReturn: 0)
            }
            guard !state.hasMessage else { return (delivery == nil ? nil : reader, delivery, 0) }
            defer { state.owedCredit = 0 }
            return (delivery == nil ? nil : reader, delivery, state.owedCredit)
        }
        if let delivery { reader?.resume(returning: delivery) }
        return credit
    }

    /// The sender is done: what waits is still read, then `nil` or the status.
    func finish(_ failure: GRPCStatus? = nil) {
        end(failure, dropsMessages: false)
    }

    /// The call is over for us: what waits is dropped.
    func abort(_ failure: GRPCStatus) {
        end(failure, dropsMessages: true)
    }

    private func end(_ failure: GRPCStatus?, dropsMessages: Bool) {
        let (reader, observer) = state.withLock {
            state -> (CheckedContinuation<Delivery, Never>?, MailboxObserver?) in
            if dropsMessages {
                state.messages = []
                state.next = 0
                waiting?.add(-state.waitingBytes)
                state.waitingBytes = 0
            }
            guard state.end == nil || dropsMessages else { return (nil, nil) }
            let observer = state.end == nil ? state.observer : nil
            state.end = failure.map(End.failed) ?? .completed
            defer { state.reader = nil }
            return (state.reader, observer)
        }
        observer?.ended(failure ?? .ok)
        reader?.resume(returning: failure.map(Delivery.failed) ?? .ended)
    }

    // MARK: The reader's side

    /// - Parameter keepsLast: the reader goes on using the message that it has while it waits for the next.
    /// - Returns: `nil` when the sender has finished.
    func next(keepsLast: Bool = false) async throws(GRPCStatus) -> [UInt8]? {
        if !keepsLast { forgetTaken() }
        let delivery = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let delivery = takeOrWait(continuation) { continuation.resume(returning: delivery) }
            }
        } onCancel: {
            let reader = state.withLock { state in
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume(returning: Self.cancelled)
        }
        switch delivery {
        case .ended: return nil
        case .failed(let status): throw status
        case .message(let message, let credit):
            if credit > 0 { returnCredit(credit) }
            return try unpack(message)
        }
    }

    private func unpack(_ message: ReceivedMessage) throws(GRPCStatus) -> [UInt8] {
        let (bytes, held) = try unpacked.take(message, messageLimit: messageLimit)
        if held > 0 { taken.add(held, ordering: .relaxed) }
        return bytes
    }

    /// The reader does not use the message any more that it took last.
    func forgetTaken() {
        // Nearly always there is nothing, and each message comes by here.
        guard taken.load(ordering: .relaxed) > 0 else { return }
        unpacked.giveBack(taken.exchange(0, ordering: .relaxed))
    }

    private static let cancelled = Delivery.failed(GRPCStatus(.cancelled, "the task was cancelled"))

    /// - Returns: `nil` when the continuation was kept for later.
    private func takeOrWait(_ continuation: CheckedContinuation<Delivery, Never>) -> Delivery? {
        state.withLock { state in
            // Read inside the lock: a cancellation after this line finds the continuation already in place.
            if Task.isCancelled { return Self.cancelled }
            if state.hasMessage {
                let message = takeNext(&state)
                return .message(message, creditToReturn: Self.takeCredit(&state))
            }
            switch state.end {
            case .completed: return .ended
            case .failed(let status): return .failed(status)
            case nil: break
            }
            guard state.reader == nil else {
                return .failed(GRPCStatus(.internalError, "two tasks read one stream"))
            }
            state.reader = continuation
            return nil
        }
    }

    private func takeNext(_ state: inout State) -> ReceivedMessage {
        let message = state.messages[state.next]
        state.messages[state.next].bytes = []
        state.next += 1
        state.waitingBytes -= message.cost
        waiting?.add(-message.cost)
        state.wasLastCompressed = message.isCompressed
        state.observer?.messageTaken()
        if !state.hasMessage {
            state.messages.removeAll(keepingCapacity: true)
            state.next = 0
        }
        return message
    }

    private static func takeCredit(_ state: inout State) -> Int {
        guard !state.hasMessage, state.end == nil, state.owedCredit >= smallestReturnedCredit else { return 0 }
        defer { state.owedCredit = 0 }
        return state.owedCredit
    }
}

/// Whom a mailbox tells what becomes of its messages. Called under its lock or from its loop: must be quick, and must
/// not call back.
struct MailboxObserver: Sendable {
    /// The reader has taken one.
    var messageTaken: @Sendable () -> Void
    /// Nothing more will come.
    var ended: @Sendable (GRPCStatus) -> Void
}
