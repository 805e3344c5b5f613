/// What all wakes of a process share when one of them thinks of a second question: how long answers usually take, and
/// how many second questions there may be. Without a budget, a slow control plane would double its own load (J. Dean
/// and L. A. Barroso, “The Tail at Scale”, 2013; facts: gossip §4.4).
package struct WakeHedging: Sendable {
    private struct Second: Sendable {
        var number: UInt64
        var calls = 0
        var hedges = 0
    }

    private static let sampleLimit = 128
    private static let sampleMinimum = 20

    private let configuration: WakeConfiguration
    /// Oldest first; at most one per second of the window.
    private var seconds: [Second] = []
    /// How long first beats took, as a ring.
    private var samples: [Duration] = []
    private var nextSample = 0

    package init(_ configuration: WakeConfiguration) {
        self.configuration = configuration
    }

    /// A wake asks another member.
    package mutating func callBegan(at now: GossipInstant) {
        count(at: now) { $0.calls += 1 }
    }

    /// - Returns: whether one more may be made now; then it counts as made.
    package mutating func takeHedge(at now: GossipInstant) -> Bool {
        count(at: now) { _ in }
        let calls = seconds.reduce(0) { $0 + $1.calls }
        let hedges = seconds.reduce(0) { $0 + $1.hedges }
        guard hedges == 0 || (hedges + 1) * max(configuration.callsPerHedge, 1) <= calls else { return false }
        count(at: now) { $0.hedges += 1 }
        return true
    }

    package mutating func firstBeatCame(after time: Duration) {
        if samples.count < Self.sampleLimit { samples.append(time) } else { samples[nextSample] = time }
        nextSample = (nextSample + 1) % Self.sampleLimit
    }

    /// Twice the 99th percentile of what first beats took, within reason.
    package var firstBeatPatience: Duration {
        guard samples.count >= Self.sampleMinimum else { return configuration.firstBeatUnknown }
        let usual = samples.sorted()[(samples.count - 1) * 99 / 100]
        return min(max(configuration.firstBeatFloor, usual * 2), configuration.quietAfter)
    }

    private mutating func count(at now: GossipInstant, _ change: (inout Second) -> Void) {
        let number = now.nanoseconds / 1_000_000_000
        let window = UInt64(max(configuration.hedgeWindow.components.seconds, 1))
        seconds.removeAll { $0.number &+ window <= number }
        if seconds.last?.number != number { seconds.append(Second(number: number)) }
        change(&seconds[seconds.count - 1])
    }
}
