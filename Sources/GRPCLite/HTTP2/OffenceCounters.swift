internal import Synchronization

/// How often peers broke which rule, over all connections of a server.
package final class OffenceCounters: Sendable {
    private let counts = Mutex<[HTTP2Offence: Int]>([:])

    package init() {}

    package func count(_ offence: HTTP2Offence) {
        counts.withLock { $0[offence, default: 0] += 1 }
    }

    package subscript(offence: HTTP2Offence) -> Int {
        counts.withLock { $0[offence] ?? 0 }
    }
}
