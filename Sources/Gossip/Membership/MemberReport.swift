/// One member as this one sees it, for people.
package struct MemberReport: Equatable, Sendable {
    package var card: MemberCard
    package var health: MemberHealth
    /// When it became so here. `nil` for a member that has been alive since it was first heard of.
    package var since: GossipInstant?
    /// Of its last answered probe, smoothed (1/8 per sample). `nil` before the first.
    package var roundTrip: Duration?
    /// Share of this member's direct probes that went unanswered, 0 to 1, smoothed (1/16 per sample).
    package var lossShare: Double
    package var isMe: Bool
    /// The last probe was answered over the stream, not by datagram: a network that drops UDP.
    package var reachedByStreamOnly: Bool

    package init(
        card: MemberCard, health: MemberHealth, since: GossipInstant? = nil, roundTrip: Duration? = nil,
        lossShare: Double = 0, isMe: Bool = false, reachedByStreamOnly: Bool = false
    ) {
        self.card = card
        self.health = health
        self.since = since
        self.roundTrip = roundTrip
        self.lossShare = lossShare
        self.isMe = isMe
        self.reachedByStreamOnly = reachedByStreamOnly
    }
}
