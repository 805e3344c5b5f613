/// Whose word counts (SWIM §4.2, with the cures of facts/gossip.md §1.3).
///
/// alive(i) < suspect(i) < alive(i+1) < … < dead. Only a member raises its own incarnation, so a higher one is later.
package enum Precedence {
    package enum Outcome: Equatable, Sendable {
        /// Older than what is known.
        case ignored
        /// Changes nothing but the highest incarnation heard: else a delayed alive could bring back the dead.
        case raises
        /// One more who suspects what is suspected already.
        case confirms
        case becomes(MemberHealth)
    }

    /// - Parameters:
    ///   - claim: what somebody says, at this incarnation.
    ///   - known: what is believed, at the highest incarnation heard of in any evidence.
    package static func outcome(
        of claim: MemberHealth, _ incarnation: UInt64, against known: MemberHealth, _ knownIncarnation: UInt64
    ) -> Outcome {
        let isLater = incarnation > knownIncarnation
        let isCurrent = incarnation >= knownIncarnation
        switch (claim, known) {
        case (.alive, .alive), (.alive, .suspect), (.alive, .dead), (.alive, .left):
            return isLater ? .becomes(.alive) : .ignored
        case (.suspect, .alive): return isCurrent ? .becomes(.suspect) : .ignored
        case (.suspect, .suspect): return isLater ? .becomes(.suspect) : isCurrent ? .confirms : .ignored
        case (.dead, .alive), (.dead, .suspect): return isCurrent ? .becomes(.dead) : .ignored
        case (.left, .alive), (.left, .suspect), (.left, .dead): return isCurrent ? .becomes(.left) : .ignored
        case (.suspect, .dead), (.suspect, .left), (.dead, .dead), (.dead, .left), (.left, .left):
            return isLater ? .raises : .ignored
        }
    }
}
