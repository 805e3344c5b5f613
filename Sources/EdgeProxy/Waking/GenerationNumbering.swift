package import Gossip

/// Numbers the computes of a control plane that does not: Neon's wake answer has an address and no generation.
///
/// The same address again is the same generation; another address is the next one. Numbers given here are comparable
/// in this process alone, which is all that a fence against one's own late failures needs.
package struct GenerationNumbering: Sendable {
    private struct Known: Sendable {
        var address: String
        var generation: UInt64
    }

    private static let limits = CacheLimits(size: 4096, timeToLive: .seconds(24 * 3600))

    private var known = TimedLRU<EndpointName, Known>(limits)

    package init() {}

    package mutating func generation(
        of endpoint: EndpointName, at address: String, seen: UInt64, now: ContinuousClock.Instant
    ) -> UInt64 {
        if let last = known.touch(endpoint, now: now) {
            if last.address == address, last.generation >= seen { return last.generation }
            return number(endpoint, address, max(last.generation, seen) + 1, now)
        }
        return number(endpoint, address, seen + 1, now)
    }

    private mutating func number(
        _ endpoint: EndpointName, _ address: String, _ generation: UInt64, _ now: ContinuousClock.Instant
    ) -> UInt64 {
        known.insert(Known(address: address, generation: generation), for: endpoint, now: now)
        return generation
    }
}
