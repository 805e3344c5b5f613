/// What callers may expect of a channel. gRPC, “Connectivity Semantics and API”.
package enum ChannelState: Sendable, Equatable {
    /// No connection, since nobody wants one.
    case idle
    /// The first attempts are under way; calls wait for them.
    case connecting
    /// Some server has spoken HTTP/2 with us.
    case ready
    /// Every address has failed, and none has worked since. Calls fail at once unless they wait for ready.
    case transientFailure
    case shutDown
}

/// Which of the ready connections a call takes, and how many there are.
package enum PickPolicy: Sendable, Equatable {
    /// One connection: to the first address that works, in the order given.
    case pickFirst
    /// One to each address, in turns.
    case roundRobin
}
