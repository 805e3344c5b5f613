internal import Synchronization

/// How often peers broke which rule, over all connections of a server, or of the channels of a client.
package final class OffenceCounters: Sendable {
    private let counts = Mutex<[HTTP2Offence: Int]>([:])

    private let tell: @Sendable (HTTP2Offence) -> Void

    /// - Parameter tell: called for each, from any thread; must be quick.
    package init(_ tell: @escaping @Sendable (HTTP2Offence) -> Void = { _ in }) {
        self.tell = tell
    }

    package func count(_ offence: HTTP2Offence) {
        tell(offence)
        counts.withLock { $0[offence, default: 0] += 1 }
    }

    package subscript(offence: HTTP2Offence) -> Int {
        counts.withLock { $0[offence] ?? 0 }
    }
}
