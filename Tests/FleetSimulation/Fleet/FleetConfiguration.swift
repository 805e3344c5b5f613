package import Gossip

/// What a run is made of. Everything else follows from the seed.
package struct FleetConfiguration: Sendable {
    /// Proxies. At least 1.
    package var hosts: Int
    package var seed: UInt64
    package var profile = LinkProfile()
    package var schedule = FaultSchedule.none
    package var gossip = GossipConfiguration()
    /// Databases with an agent each.
    package var endpoints = 0
    /// All proxies start within this time.
    package var startWithin: Span = .seconds(1)
    /// Every proxy knows every other from the first moment, instead of finding them through DNS.
    package var isAcquainted = false
    /// How far the checks that look at every member go.
    package var checks = Checks.everything
    /// New transitions of agents and new clients begin until here.
    package var workloadEnd: Moment = .zero
    /// Mean time between two clients that ask for an endpoint, over the whole fleet.
    package var clientInterval: Span = .milliseconds(500)
    /// Mean time between two transitions that an agent makes by itself.
    package var transitionInterval: Span = .seconds(4)

    package enum Checks: Sendable {
        /// After every event, whatever it changed.
        case everything
        /// Only what costs the same in a fleet of any size.
        case local
    }

    package init(hosts: Int, seed: UInt64) {
        self.hosts = hosts
        self.seed = seed
    }
}
