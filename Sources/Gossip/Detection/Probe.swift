/// The one probe under way: direct, then through helpers and over the stream, then the verdict (SWIM §3.1).
struct Probe: Equatable, Sendable {
    let sequence: UInt32
    let target: ProcessID
    let sentAt: GossipInstant
    var helpers: [ProcessID] = []
    var nackers: [ProcessID] = []
    var directTimedOut = false
    /// The stream passes. Counts at the verdict alone, so that a datagram that comes later still says more.
    var isStreamAlive = false

    init(sequence: UInt32, target: ProcessID, sentAt: GossipInstant) {
        self.sequence = sequence
        self.target = target
        self.sentAt = sentAt
    }
}

/// A probe made in somebody else's place.
struct HelpedProbe: Equatable, Sendable {
    /// Of those under way; beyond it requests are refused.
    static let limit = 512

    let asker: ProcessID
    let askerAddress: MemberAddress
    let askerSequence: UInt32
    let target: ProcessID
}

/// What probing has shown of one member.
struct MemberTrace: Equatable, Sendable {
    var roundTrip: Duration?
    var lossShare = 0.0
    var isStreamOnly = false

    mutating func answered(after sample: Duration) {
        roundTrip = roundTrip.map { $0 + (sample - $0) / 8 } ?? sample
        lossShare -= lossShare / 16
        isStreamOnly = false
    }

    mutating func unanswered() { lossShare += (1 - lossShare) / 16 }
}
