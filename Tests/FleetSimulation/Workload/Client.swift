package import Gossip

/// Somebody who wants to reach an endpoint's database through one proxy.
package struct Client: Sendable {
    package var endpoint: Int
    package var host: Int
    package var life: Int
    package var came: Moment
    package var deadline: Moment
    /// While it waits for a wake.
    package var waiter: WakeWaiterID?
    package var seen: UInt64 = 0
    /// While it dials.
    package var dialling: LocationModel.Location?
}

/// What became of the clients.
package struct WakeStatistics: Equatable, Sendable {
    package var came = 0
    package var served = 0
    package var givenUp = 0
    /// Their proxy ended.
    package var cutOff = 0
    package var failedDials = 0
    /// Wakes that failed; the client tries again.
    package var refusals = 0
    package var requests = 0
    package var starts = 0
}
