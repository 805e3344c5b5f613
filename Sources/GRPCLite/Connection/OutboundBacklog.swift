internal import Synchronization

/// What the client of one connection has not taken yet: writers on any thread look here before they write on.
///
/// Bytes are counted from the moment when a handler writes them, since hundreds of handlers may write before their
/// connection has its next turn.
final class OutboundBacklog: Sendable {
    /// Bytes of one stream that may wait before its writer does.
    let streamLimit: Int
    private let limit: Int
    /// On their way to the session.
    private let posted = Atomic(0)
    /// With the session, when it last said so.
    private let unsent: SharedBytesPart

    /// - Parameter wake: as for ``SharedBytesPart``.
    init(limit: Int, streamLimit: Int, within server: SharedBytes, wake: @escaping @Sendable () -> Void = {}) {
        self.limit = limit
        self.streamLimit = streamLimit
        unsent = SharedBytesPart(of: server, wake: wake)
    }

    /// Whether somebody whose own bytes wait should wait for them to leave.
    var isOver: Bool {
        posted.load(ordering: .relaxed) + unsent.byteCount > limit || unsent.whole.isOver
    }

    /// What this connection is to drop, since it holds most of what is too much.
    func takeExcess() -> Int { unsent.takeExcess() }

    /// The connection has gone.
    func leave() { unsent.leave() }

    func askGreatest() { unsent.whole.askGreatest() }

    func messagePosted(_ byteCount: Int) {
        posted.add(byteCount, ordering: .relaxed)
    }

    func messageTaken(_ byteCount: Int) {
        posted.subtract(byteCount, ordering: .relaxed)
    }

    /// To be called on the connection's loop.
    func sessionHolds(_ byteCount: Int) {
        unsent.set(byteCount)
    }
}
