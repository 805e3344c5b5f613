/// Cuts the bytes of one direction of a stream into messages; where DATA frames begin and end means nothing.
///
/// A length is judged as soon as its prefix is whole, and memory grows with the bytes that arrive, never with the
/// length that was announced.
struct MessageDeframer {
    enum Malformed: Error, Equatable {
        /// Compressed, although no encoding was agreed; or a flag that does not exist.
        case flag(UInt8)
        case tooLong(UInt32, limit: Int)
        /// The stream ended inside a prefix or a body.
        case truncated
    }

    /// Bytes of one message that are accepted.
    let messageLimit: Int
    /// Whether an encoding was declared, so that single messages may be compressed.
    var takesCompressed = false
    /// The prefix of a message whose body is not whole yet, as far as it has come.
    private var prefix: UInt64 = 0
    private var prefixCount = 0
    /// The beginning of that body.
    private var body: [UInt8] = []

    /// Bytes kept for a message that is not whole yet.
    var bufferedBytes: Int { prefixCount + body.count }

    init(messageLimit: Int, takesCompressed: Bool = false) {
        self.messageLimit = messageLimit
        self.takesCompressed = takesCompressed
    }

    /// Hands over the messages that became whole, in order.
    mutating func append(_ bytes: borrowing RawSpan, _ take: (ReceivedMessage) -> Void) throws(Malformed) {
        var next = 0
        while true {
            while prefixCount < MessageFrame.prefixLength {
                guard next < bytes.byteCount else { return }
                prefix = prefix << 8 | UInt64(unsafe bytes.unsafeLoad(fromByteOffset: next, as: UInt8.self))
                prefixCount += 1
                next += 1
            }
            let length = try announcedLength()
            let count = min(length - body.count, bytes.byteCount - next)
            // Twice what has come, so that memory follows the bytes and not the announcement.
            if body.isEmpty { body.reserveCapacity(min(length, 2 * count)) }
            unsafe bytes.extracting(next..<next + count).withUnsafeBytes { unsafe body.append(contentsOf: $0) }
            next += count
            guard body.count == length else { return }
            take(ReceivedMessage(body, isCompressed: prefix >> 32 == 1))
            (prefix, prefixCount, body) = (0, 0, [])
        }
    }

    /// The sender has half-closed.
    func finish() throws(Malformed) {
        guard prefixCount == 0 else { throw .truncated }
    }

    private func announcedLength() throws(Malformed) -> Int {
        let flag = UInt8(truncatingIfNeeded: prefix >> 32)
        guard flag == 0 || flag == 1 && takesCompressed else { throw .flag(flag) }
        let length = UInt32(truncatingIfNeeded: prefix)
        guard Int(length) <= messageLimit else { throw .tooLong(length, limit: messageLimit) }
        return Int(length)
    }
}

extension MessageDeframer {
    /// - Returns: the messages that became whole, in order.
    mutating func append(_ bytes: borrowing RawSpan) throws(Malformed) -> [ReceivedMessage] {
        var messages: [ReceivedMessage] = []
        try append(bytes) { messages.append($0) }
        return messages
    }
}

extension GRPCStatus {
    init(_ malformed: MessageDeframer.Malformed) {
        switch malformed {
        case .flag(1): self.init(.internalError, "a message is compressed, but no encoding was declared")
        case .flag(let flag): self.init(.internalError, "a message has the unknown flag \(flag)")
        case .tooLong(let length, let limit):
            self.init(.resourceExhausted, "a message of \(length) bytes is over the limit of \(limit)")
        case .truncated: self.init(.internalError, "the stream ended inside a message")
        }
    }
}
