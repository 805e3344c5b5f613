/// Both sides' SETTINGS: whether the peer has said its own, and goes by ours. RFC 9113 §6.5.3.
struct SettingsExchange: Equatable {
    private(set) var isReceived = false
    private var isAcknowledged = false

    var isDone: Bool { isReceived && isAcknowledged }

    /// - Returns: whether it is done with this, and was not before.
    mutating func received() -> Bool {
        note { $0.isReceived = true }
    }

    /// - Returns: as for ``received()``.
    mutating func acknowledged() -> Bool {
        note { $0.isAcknowledged = true }
    }

    private mutating func note(_ body: (inout Self) -> Void) -> Bool {
        guard !isDone else { return false }
        body(&self)
        return isDone
    }
}
