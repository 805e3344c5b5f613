internal import Synchronization

/// What a server's clients have not taken yet, of all its connections.
package final class ServerBacklog: Sendable {
    private let limit: Int
    private let unsent = Atomic(0)

    /// - Parameter limit: in bytes.
    package init(limit: Int = .max) {
        self.limit = limit
    }

    package var byteCount: Int { unsent.load(ordering: .relaxed) }
    var isOver: Bool { byteCount > limit }

    fileprivate func add(_ byteCount: Int) {
        unsent.add(byteCount, ordering: .relaxed)
    }
}

/// What the client of one connection has not taken yet: writers on any thread look here before they write on.
///
/// Bytes are counted from the moment when a handler writes them, since hundreds of handlers may write before their
/// connection has its next turn.
final class OutboundBacklog: Sendable {
    private let limit: Int
    private let server: ServerBacklog
    /// On their way to the session.
    private let posted = Atomic(0)
    /// With the session, when it last said so.
    private let unsent = Atomic(0)

    init(limit: Int, within server: ServerBacklog) {
        self.limit = limit
        self.server = server
    }

    deinit {
        server.add(-unsent.load(ordering: .relaxed))
    }

    /// Whether somebody whose own bytes wait should wait for them to leave.
    var isOver: Bool {
        posted.load(ordering: .relaxed) + unsent.load(ordering: .relaxed) > limit || server.isOver
    }

    var isServerOver: Bool { server.isOver }

    func messagePosted(_ byteCount: Int) {
        posted.add(byteCount, ordering: .relaxed)
    }

    func messageTaken(_ byteCount: Int) {
        posted.subtract(byteCount, ordering: .relaxed)
    }

    /// To be called on the connection's loop.
    func sessionHolds(_ byteCount: Int) {
        let before = unsent.exchange(byteCount, ordering: .relaxed)
        if byteCount != before { server.add(byteCount - before) }
    }
}
