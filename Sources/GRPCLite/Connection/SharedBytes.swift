internal import Synchronization

/// Bytes that all connections of a server hold together, under one bound.
package final class SharedBytes: Sendable {
    package let limit: Int
    private let held = Atomic(0)

    package init(limit: Int = .max) {
        self.limit = limit
    }

    package var byteCount: Int { held.load(ordering: .relaxed) }
    var isOver: Bool { byteCount > limit }

    fileprivate func add(_ byteCount: Int) {
        held.add(byteCount, ordering: .relaxed)
    }
}

/// What one connection holds of them.
final class SharedBytesPart: Sendable {
    let whole: SharedBytes
    private let held = Atomic(0)

    init(of whole: SharedBytes) {
        self.whole = whole
    }

    deinit {
        whole.add(-byteCount)
    }

    var byteCount: Int { held.load(ordering: .relaxed) }

    /// To be called on the connection's loop.
    func set(_ byteCount: Int) {
        let before = held.exchange(byteCount, ordering: .relaxed)
        if byteCount != before { whole.add(byteCount - before) }
    }
}

/// What all connections of a server share.
package struct ServerBytes: Sendable {
    /// Of answers that clients have not taken.
    package let unsent: SharedBytes
    /// Of requests that no handler has yet.
    package let unfinished: SharedBytes

    package init(unsent: SharedBytes = SharedBytes(), unfinished: SharedBytes = SharedBytes()) {
        self.unsent = unsent
        self.unfinished = unfinished
    }
}
