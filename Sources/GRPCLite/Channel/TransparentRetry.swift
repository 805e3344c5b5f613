/// Whether a call that a server has not begun to process may be sent to another, without anybody noticing. gRFC A6,
/// “Transparent Retries”.
struct TransparentRetry: Equatable {
    /// Why a server is sure not to have processed it.
    enum Reason: Equatable, CaseIterable {
        /// It never left us.
        case notSent
        /// REFUSED_STREAM, or a number above what GOAWAY gives as the last.
        case refused
    }

    /// Bytes of messages kept for sending them again.
    static let replayLimit = 256 * 1024

    /// The messages sent so far; `nil` when they are too many, or an answer has begun: the call stays where it is.
    private(set) var messages: [[UInt8]]? = []
    private(set) var isHalfClosed = false
    private(set) var byteCount = 0
    private var wasRefused = false

    /// - Parameter isBetween: no connection has the call now. What it says then is kept whatever it is, since nobody else has
    ///   it: one message at most beyond what a stream may have unsent.
    mutating func sent(_ message: [UInt8], isBetween: Bool = false) {
        guard messages != nil else { return }
        byteCount += message.count
        guard byteCount <= Self.replayLimit || isBetween else { return commit() }
        messages?.append(message)
    }

    mutating func halfClosed() {
        isHalfClosed = true
    }

    /// The next connection has got all that was said.
    mutating func joined() {
        if byteCount > Self.replayLimit { commit() }
    }

    /// An answer has begun, or too much would have to be kept.
    mutating func commit() {
        messages = nil
    }

    /// - Returns: whether it may be tried again, which counts: a refused call has one more chance, one that never left
    ///   us as many as it needs.
    mutating func mayRetry(_ reason: Reason) -> Bool {
        guard messages != nil else { return false }
        switch reason {
        case .notSent: return true
        case .refused:
            defer { wasRefused = true }
            return !wasRefused
        }
    }
}
