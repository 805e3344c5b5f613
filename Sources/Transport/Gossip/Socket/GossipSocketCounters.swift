/// What a gossip socket has sent and received since it was opened, for metrics.
package struct GossipSocketCounters: Sendable, Equatable {
    package var opening = OpeningCounters()
    package var refusalsByHost = RefusalLedger()
    /// Sealed, with nothing of IP and UDP.
    package var datagramsReceived: UInt64 = 0
    package var bytesReceived: UInt64 = 0
    package var datagramsSent: UInt64 = 0
    package var bytesSent: UInt64 = 0
    /// Refused one by one: no route, a firewall, another family.
    package var datagramsUnsendable: UInt64 = 0
    /// Lost because the kernel's buffer was full.
    package var datagramsUnsent: UInt64 = 0
    /// Not sealed: too long, or the counter is used up. A bug.
    package var datagramsUnsealed: UInt64 = 0
    package var slowSteps: UInt64 = 0
    package var socketsLost: UInt64 = 0

    // Gauges.
    /// Lost by the kernel on their way in, its receive buffer being full. Of the present socket.
    package var receiveBufferDrops: UInt64 = 0
    package var receiveBuffer = 0
    /// Senders with a replay window.
    package var senders = 0

    package init() {}
}
