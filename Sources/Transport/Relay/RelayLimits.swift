/// How long a relay waits, and what its connections are like.
package struct RelayLimits: Sendable, Equatable {
    /// After one side finished, how long the other may go without sending a byte. A query whose client has gone would
    /// otherwise hold its upstream for as long as it runs.
    package var halfClose: Duration = .seconds(5)
    /// How long a session may go without a byte from either side. `nil`: for ever.
    package var idle: Duration?

    /// Of both connections.
    package var sockets = SocketOptions()

    package init() {}
}
