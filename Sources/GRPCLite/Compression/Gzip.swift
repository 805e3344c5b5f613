internal import Synchronization

/// Compresses and decompresses whole messages in gzip's format (RFC 1952).
///
/// A deflate state takes some 256 KiB and an inflate state some 40, which is too much for each stream, so a few of them
/// are kept for all calls of the process and made anew only when all of these are in use.
final class Gzip: Sendable {
    enum Failure: Error, Equatable {
        /// Not gzip, cut off, or with bytes behind its end.
        case malformed
        /// Unpacked it is longer than the limit. No more than the limit was unpacked.
        case tooLong(limit: Int)
    }

    static let shared = Gzip()

    /// States kept of each kind.
    private static let keptStates = 8

    private let deflaters = Mutex<[Deflater]>([])
    private let inflaters = Mutex<[Inflater]>([])

    /// - Returns: `nil` when there is no memory for it.
    func compress(_ message: [UInt8]) -> [UInt8]? {
        guard let deflater = deflaters.withLock({ $0.popLast() }) ?? Deflater() else { return nil }
        defer { Self.keep(deflater, in: deflaters) }
        return deflater.compress(message)
    }

    /// - Parameter limit: bytes that the message may have unpacked.
    func decompress(_ bytes: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
        guard let inflater = inflaters.withLock({ $0.popLast() }) ?? Inflater() else { throw .tooLong(limit: limit) }
        defer { Self.keep(inflater, in: inflaters) }
        return try inflater.decompress(bytes, limit: limit)
    }

    private static func keep<Kept: Sendable>(_ one: Kept, in pool: borrowing Mutex<[Kept]>) {
        pool.withLock { if $0.count < keptStates { $0.append(one) } }
    }
}

extension GRPCStatus {
    init(_ failure: Gzip.Failure) {
        switch failure {
        case .malformed: self.init(.internalError, "a compressed message cannot be unpacked")
        case .tooLong(let limit):
            self.init(.resourceExhausted, "an unpacked message is over the limit of \(limit) bytes")
        }
    }
}
