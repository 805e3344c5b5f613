package import Gossip

/// Whose datagrams were refused, and why, for people: mismatches from one host are the first sign that another fleet has
/// got the address of a member.
///
/// Sources can be forged, so this is a hint, and bounded.
package struct RefusalLedger: Sendable, Equatable {
    /// Hosts remembered. A new one takes the place of the one heard least recently.
    package static let sourceLimit = 64

    package struct Line: Sendable, Equatable {
        /// Port 0.
        package var host: MemberAddress
        package var reason: DatagramRefusal.Reason
        package var count: UInt64
    }

    private struct Source: Equatable {
        var host: MemberAddress
        var lastHeard: UInt64
        var counts: [DatagramRefusal.Reason: UInt64] = [:]
    }

    private var sources: [Source] = []
    private var heard: UInt64 = 0

    package init() {}

    /// By host, then in the order of the reasons.
    package var lines: [Line] {
        sources.sorted { $0.host < $1.host }.flatMap { source in
            DatagramRefusal.Reason.allCases.compactMap { reason in
                source.counts[reason].map { Line(host: source.host, reason: reason, count: $0) }
            }
        }
    }

    package mutating func count(_ reason: DatagramRefusal.Reason, from address: MemberAddress) {
        heard += 1
        let host = address.host
        let index = sources.firstIndex { $0.host == host } ?? place(for: host)
        sources[index].lastHeard = heard
        sources[index].counts[reason, default: 0] += 1
    }

    private mutating func place(for host: MemberAddress) -> Int {
        let fresh = Source(host: host, lastHeard: heard)
        if sources.count >= Self.sourceLimit,
            let oldest = sources.indices.min(by: { sources[$0].lastHeard < sources[$1].lastHeard })
        {
            sources[oldest] = fresh
            return oldest
        }
        sources.append(fresh)
        return sources.count - 1
    }
}
