/// What has happened since the start, for metrics. All only grow, except the gauges at the end.
package struct GossipCounters: Equatable, Sendable {
    package var datagramsSent: UInt64 = 0
    package var datagramsReceived: UInt64 = 0
    /// Plaintext, without sealing and headers.
    package var bytesSent: UInt64 = 0
    package var bytesReceived: UInt64 = 0
    /// Not understood, by whoever sealed them.
    package var datagramsMalformed: UInt64 = 0
    package var datagramsFromUnknown: UInt64 = 0

    package var probesSent: UInt64 = 0
    package var probesUnanswered: UInt64 = 0
    package var probesFailed: UInt64 = 0
    package var probesMisaddressed: UInt64 = 0
    package var indirectProbesAsked: UInt64 = 0
    package var indirectProbesRefused: UInt64 = 0
    package var suspicions: UInt64 = 0
    package var refutations: UInt64 = 0
    package var deaths: UInt64 = 0
    package var returns: UInt64 = 0
    package var pauses: UInt64 = 0

    package var newsPublished: UInt64 = 0
    package var newsReceived: UInt64 = 0
    package var newsFresh: UInt64 = 0
    package var newsTooOld: UInt64 = 0
    package var newsOverRate: UInt64 = 0
    package var payloadsSent: UInt64 = 0
    package var idsAnnounced: UInt64 = 0
    package var pullsSent: UInt64 = 0
    package var pullsAnswered: UInt64 = 0
    /// Sent as ids only, for want of budget.
    package var newsDegraded: UInt64 = 0
    /// Dropped from the queue; repair finds them.
    package var newsDropped: UInt64 = 0

    package var implausible: UInt64 = 0
    package var membersRefused: UInt64 = 0
    /// Facts of one version that say two things: somebody's bug.
    package var tiedVersions: UInt64 = 0
    package var factsEvicted: UInt64 = 0
    package var floorsForgotten: UInt64 = 0

    package var rootsAgreed: UInt64 = 0
    package var rootsDiffered: UInt64 = 0
    package var repairsBegun: UInt64 = 0
    package var repairsCompleted: UInt64 = 0
    package var repairsFailed: UInt64 = 0
    package var repairQuestionsAnswered: UInt64 = 0
    package var repairEntriesTaken: UInt64 = 0
    package var repairEntriesGiven: UInt64 = 0

    // Gauges.
    package var membersAlive = 0
    package var membersSuspect = 0
    package var membersDead = 0
    package var membersLeft = 0
    package var localHealth = 0
    package var facts = 0
    package var floors = 0
    package var spreadQueue = 0
    package var spreadBytes = 0
    package var streamOnlyMembers = 0

    package init() {}
}
