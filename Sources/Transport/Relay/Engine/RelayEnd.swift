internal import NIOCore
internal import TLSEngine

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// One connection out of its channel: the socket, its TLS, and what its socket did not take yet.
///
/// Holds nothing but that while it is idle: bytes pass through the thread's buffers.
final class RelayEnd: @unchecked Sendable {
    // Sendable: one thread at a time has it: the channel's loop until it is handed over, the relay's thread from then on.

    /// What one read led to. The bytes are valid until the buffers are used again.
    struct Arrival {
        enum News { case more, nothing, finished, failed(StreamFailure) }

        var plaintext = UnsafeRawBufferPointer(start: nil, count: 0)
        var news = News.nothing
        /// The socket may hold more.
        var isFull = false
    }

    private enum Output { case open, finishing, finished }

    /// What was read before the relay began.
    private(set) var inbox: ByteBuffer
    /// The peer said its last byte before the relay began.
    let hasPeerFinished: Bool
    /// Why nothing goes out any more.
    private(set) var failure: StreamFailure?
    var hasFailed: Bool { failure != nil }
    var watched: EpollSet.Interest = []

    private var descriptor: Descriptor?
    private let tls: TLSEngine?
    private var waiting: [UInt8] = []
    private var taken = 0
    private var output = Output.open

    init(_ descriptor: consuming Descriptor, tls: TLSEngine?, inbox: ByteBuffer, hasPeerFinished: Bool) {
        self.descriptor = consume descriptor
        self.tls = tls
        self.inbox = inbox
        self.hasPeerFinished = hasPeerFinished
    }

    /// A connection that broke before the relay began: only what it had said is left.
    init(broken failure: StreamFailure, inbox: ByteBuffer) {
        self.failure = failure
        self.inbox = inbox
        tls = nil
        hasPeerFinished = false
    }

    /// `nil` once closed.
    var number: CInt? { descriptor?.number }
    var waitingCount: Int { waiting.count - taken }
    /// Our goodbye is with the kernel.
    var isOutputFinished: Bool { output == .finished }
    /// TLS holds a piece of a record that has not come as a whole.
    var holdsUnreadBytes: Bool { tls?.holdsUnreadBytes == true }

    func takeInbox() -> ByteBuffer {
        let bytes = inbox
        inbox = ByteBuffer()
        return bytes
    }

    /// From now on TLS works into this thread's buffers.
    func settle(on buffers: RelayBuffers, _ options: SocketOptions) {
        tls?.redirect(to: buffers)
        if let number { options.change(number) }
    }

    func close() {
        descriptor = nil
        waiting = []
        taken = 0
    }

    // MARK: Reading

    func read(_ buffers: RelayBuffers) -> Arrival {
        guard let number else { return Arrival() }
        let count = recv(number, buffers.input.baseAddress, buffers.input.count, 0)
        if count > 0 { return received(UnsafeRawBufferPointer(rebasing: buffers.input.prefix(count)), buffers) }
        if count == 0 { return ended(buffers) }
        if Self.isTransient(errno) { return Arrival() }
        let failure = failure ?? Self.failure("recv", errno)
        self.failure = failure
        return Arrival(news: .failed(failure))
    }

    /// Reads and forgets.
    /// - Returns: how many bytes; `nil` when no more will come.
    func discard(_ buffers: RelayBuffers) -> Int? {
        guard let number else { return nil }
        let count = recv(number, buffers.input.baseAddress, buffers.input.count, 0)
        if count > 0 { return count }
        return count < 0 && Self.isTransient(errno) ? 0 : nil
    }

    private func received(_ bytes: UnsafeRawBufferPointer, _ buffers: RelayBuffers) -> Arrival {
        let isFull = bytes.count == buffers.input.count
        guard let tls else { return Arrival(plaintext: bytes, news: .more, isFull: isFull) }
        var arrival = Arrival(news: .more, isFull: isFull)
        do throws(TLSFailure) {
            try tls.receive(bytes.bytes)
            if tls.hasPeerFinished { arrival.news = .finished }
        } catch {
            arrival.news = .failed(StreamFailure(error))
        }
        transmit(buffers.takeCiphertext())
        arrival.plaintext = buffers.takePlaintext()
        return arrival
    }

    private func ended(_ buffers: RelayBuffers) -> Arrival {
        guard let tls else { return Arrival(news: .finished) }
        do throws(TLSFailure) {
            try tls.receiveEnd()
            return Arrival(news: .finished)
        } catch {
            return Arrival(news: .failed(StreamFailure(error)))
        }
    }

    // MARK: Writing

    /// Sends what the socket takes and keeps the rest. After a failure, or our own goodbye, does nothing.
    func write(_ plaintext: UnsafeRawBufferPointer, _ buffers: RelayBuffers) {
        guard failure == nil, output == .open, !plaintext.isEmpty else { return }
        guard let tls else { return transmit(plaintext) }
        do throws(TLSFailure) { try tls.send(plaintext.bytes) } catch { failure = StreamFailure(error) }
        transmit(buffers.takeCiphertext())
    }

    /// Says that nothing more will be written, behind all that waits.
    func finish(_ buffers: RelayBuffers) {
        guard output == .open else { return }
        output = .finishing
        if failure == nil {
            tls?.finish()
            transmit(buffers.takeCiphertext())
        }
        finishIfEmpty()
    }

    /// The socket takes bytes again.
    func flush() {
        guard waitingCount > 0 else { return }
        let count = waiting.withUnsafeBytes { put(UnsafeRawBufferPointer(rebasing: $0.dropFirst(taken))) }
        taken += count
        if waitingCount == 0 || failure != nil {
            waiting = []
            taken = 0
        }
        finishIfEmpty()
    }

    private func transmit(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty, number != nil else { return }
        let count = waitingCount == 0 ? put(bytes) : 0
        guard count < bytes.count, failure?.isOfSocket != true else { return }
        waiting.append(contentsOf: bytes.dropFirst(count))
    }

    /// - Returns: how many bytes the socket took.
    private func put(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let number else { return 0 }
        let count = send(number, bytes.baseAddress, bytes.count, CInt(truncatingIfNeeded: Int(MSG_NOSIGNAL)))
        if count >= 0 { return count }
        if !Self.isTransient(errno) { failure = Self.failure("send", errno) }
        return 0
    }

    private func finishIfEmpty() {
        guard output == .finishing, waitingCount == 0, let number else { return }
        output = .finished
        // It fails only when the connection is gone already.
        _ = shutdown(number, CInt(SHUT_WR))
    }

    private static func isTransient(_ code: CInt) -> Bool {
        code == EAGAIN || code == EWOULDBLOCK || code == EINTR
    }

    private static func failure(_ call: String, _ code: CInt) -> StreamFailure {
        StreamFailure(socketError: code, "\(call): \(String(cString: strerror(code)))")
    }
}
