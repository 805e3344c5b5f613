/// Unpacks messages that came compressed, and counts what the readers of one connection hold of them: few bytes on the wire may
/// be a thousand times as many of these. A reader holds the message that it took last.
final class UnpackedBytes: Sendable {
    private let own: SharedBytes
    private let all: SharedBytes
    private let offences: OffenceCounters

    /// - Parameters:
    ///   - limit: `.max` for those whose number of readers no stranger chooses.
    ///   - all: what the readers of all connections hold.
    init(limit: Int = .max, within all: SharedBytes = SharedBytes(), _ offences: OffenceCounters) {
        own = SharedBytes(limit: limit)
        self.all = all
        self.offences = offences
    }

    var byteCount: Int { own.byteCount }

    /// To be called on any thread, for whoever is to have the message.
    /// - Parameter messageLimit: bytes that it may have.
    /// - Returns: the message; and of its bytes those to give back later, which are none when it came as it is.
    /// - Throws: when it cannot be unpacked, or would be too much: it is dropped then, and counted.
    func take(
        _ message: ReceivedMessage, messageLimit: Int
    ) throws(GRPCStatus) -> (bytes: [UInt8], held: Int) {
        guard message.isCompressed else { return (message.bytes, 0) }
        let bytes: [UInt8]
        do throws(Gzip.Failure) {
            bytes = try Gzip.shared.decompress(message.bytes, limit: messageLimit)
        } catch {
            offences.count(.malformedMessage)
            throw GRPCStatus(error)
        }
        try hold(bytes.count)
        return (bytes, bytes.count)
    }

    private func hold(_ byteCount: Int) throws(GRPCStatus) {
        if own.take(byteCount) {
            if all.take(byteCount) { return }
            own.giveBack(byteCount)
        }
        offences.count(.tooManyUnpackedBytes)
        throw GRPCStatus(.resourceExhausted, "too many unpacked messages")
    }

    /// The reader has the next message, or has ended.
    func giveBack(_ byteCount: Int) {
        guard byteCount > 0 else { return }
        own.giveBack(byteCount)
        all.giveBack(byteCount)
    }
}
