package import Transport

/// How sessions are carried once client and compute are joined, and what clients' connections are like.
package struct RelaySettings: Sendable, Equatable {
    package enum ClientTLS: String, Sendable, CaseIterable {
        /// Without it a client is refused.
        case required
        /// For those who ask for it.
        case offered
        /// Nobody gets it: something in front of this proxy ends TLS.
        case off
    }

    package var clientTLS = ClientTLS.required
    /// Threads that move the bytes of joined sessions, 1 to 64. `nil`: half as many as there are cores, up to 4.
    package var threads: Int?
    /// How long a joined session may go without a byte from either side. `nil`: for ever.
    package var idleLimit: Duration?
    /// Of both connections of a joined session.
    package var sockets = SocketOptions()

    package init() {}

    var limits: RelayLimits {
        var limits = RelayLimits()
        limits.idle = idleLimit
        limits.sockets = sockets
        return limits
    }

    /// The field that makes no sense, and why.
    var problem: (field: String, text: String)? {
        if let threads, !(1...64).contains(threads) { return ("relay-threads", "must be 1 to 64") }
        if let idleLimit, idleLimit <= .zero { return ("session-idle-timeout", "must be longer than nothing") }
        if let keepAlive = sockets.keepAlive {
            let seconds = Duration.seconds(1)...Duration.seconds(32_767)
            guard seconds.contains(keepAlive.idle), seconds.contains(keepAlive.interval),
                (1...127).contains(keepAlive.count)
            else { return ("tcp-keepalive", "must be two times of 1 to 32767 s and a count of 1 to 127") }
        }
        return nil
    }
}
