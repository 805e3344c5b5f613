/// One line of the log. Read in order they tell how a failure went.
package enum GossipStory: Equatable, Sendable {
    case memberJoined(MemberCard)
    /// A newer process took the name or the address.
    case memberReplaced(MemberID, old: ProcessID, new: ProcessID)
    case memberUpdated(MemberCard)
    case probeUnanswered(MemberID)
    case probeFailed(MemberID, nacks: Int, helpers: Int)
    case memberSuspected(MemberID, incarnation: UInt64, by: MemberID?, deadIn: Duration)
    case suspicionConfirmed(MemberID, by: MemberID?, confirmations: Int, deadIn: Duration)
    case memberRefuted(MemberID, incarnation: UInt64)
    case memberDied(MemberID, incarnation: UInt64, by: MemberID?)
    case memberLeft(MemberID)
    /// From dead to alive by its own word.
    case memberReturned(MemberID, incarnation: UInt64)
    case memberForgotten(MemberID)
    case reachedByStreamOnly(MemberID)
    /// I was accused, and said no.
    case refuted(incarnation: UInt64, accuser: MemberID?, of: MemberHealth)
    /// A later process says that it is me: two with one name.
    case nameTaken(by: ProcessID, address: MemberAddress)
    case epochRaised(to: UInt64)
    case localHealthChanged(Int)
    /// This process stood still for so long.
    case paused(Duration)
    case implausible(Implausible, from: MemberID?)
    case malformed(MalformedGossip, from: ProcessID)
    case repairBegan(with: MemberID, Repair)
    case repairCompleted(with: MemberID, entriesTaken: Int, entriesGiven: Int)
    case repairFailed(with: MemberID)
    case resynced
    /// Nobody else is alive in my view.
    case alone
    case notAlone
    case drainBegan
    case leaveBegan

    package enum Repair: Equatable, Sendable { case firstSync, difference, resync }
}

/// Well formed and still not believed (facts/gossip.md §5).
package enum Implausible: Equatable, Sendable {
    case incarnation(of: MemberID, told: UInt64, known: UInt64)
    case epoch(of: MemberID, told: UInt64)
    case cardLimits
    case tooManyMembers
}
