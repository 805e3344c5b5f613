/// How a proxy takes leave of its sessions.
package struct DrainSettings: Sendable, Equatable {
    /// What becomes of sessions for which an idle point says nothing.
    package enum Policy: String, Sendable, CaseIterable {
        /// They stay until the drain's deadline.
        case wait
        /// They are ended like everybody else.
        case end
    }

    /// From readiness 503 to the end of accepting: what balancers need to hear of it. Longer than a balancer's interval
    /// of asking times its count of failures; 0 where nobody asks. Never beyond the deadline.
    package var lag: Duration = .zero
    /// Sessions are asked to leave one after the other, ``sessionsPerSecond``, so that their clients do not all come
    /// back in the same instant; but all of them within this time, and within half of what is left of the deadline.
    package var spread: Duration = .seconds(10)
    package var sessionsPerSecond = 500
    /// Sessions that stream replication, or may begin to.
    package var replication = Policy.wait
    /// Sessions that have said LISTEN: they look idle, and wait for notifications.
    package var listen = Policy.wait
    /// For connections that have not said who they are when accepting ends.
    package var strangerGrace: Duration = .seconds(1)
    /// For everybody to hear 57P01 when the deadline is over.
    package var farewellLimit: Duration = .seconds(2)

    package init() {}
}
