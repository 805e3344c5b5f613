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
    /// The beginning of a message that is not whole yet, prefix included.
    private var partial: [UInt8] = []

    /// Bytes kept for a message that is not whole yet.
    var bufferedBytes: Int { partial.count }

    init(messageLimit: Int, takesCompressed: Bool = false) {
        self.messageLimit = messageLimit
        self.takesCompressed = takesCompressed
    }

    /// - Returns: the messages that became whole, in order.
    mutating func append(_ bytes: [UInt8]) throws(Malformed) -> [ReceivedMessage] {
        var messages: [ReceivedMessage] = []
        var rest = bytes[...]
        while !rest.isEmpty || partial.count >= MessageFrame.prefixLength {
            moveToPartial(upTo: MessageFrame.prefixLength, from: &rest)
            guard let bodyLength = try announcedLength() else { break }
            let wholeLength = MessageFrame.prefixLength + bodyLength
            moveToPartial(upTo: wholeLength, from: &rest)
            guard partial.count == wholeLength else { break }
            messages.append(
                ReceivedMessage(Array(partial[MessageFrame.prefixLength...]), isCompressed: partial[0] == 1))
            partial.removeAll(keepingCapacity: bodyLength < 4096)
        }
        return messages
    }

    /// The sender has half-closed.
    func finish() throws(Malformed) {
        guard partial.isEmpty else { throw .truncated }
    }

    private mutating func moveToPartial(upTo count: Int, from rest: inout ArraySlice<UInt8>) {
        let missing = count - partial.count
        guard missing > 0 else { return }
        partial.append(contentsOf: rest.prefix(missing))
        rest = rest.dropFirst(missing)
    }

    /// - Returns: `nil` while the prefix is not whole.
    private func announcedLength() throws(Malformed) -> Int? {
        guard partial.count >= MessageFrame.prefixLength else { return nil }
        guard partial[0] == 0 || partial[0] == 1 && takesCompressed else { throw .flag(partial[0]) }
        let length = partial[1..<MessageFrame.prefixLength].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard Int(length) <= messageLimit else { throw .tooLong(length, limit: messageLimit) }
        return Int(length)
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
