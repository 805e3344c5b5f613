/// Something done wrong on purpose, to see that the checks notice.
package enum Mistake: String, CaseIterable, Sendable {
    /// An agent that is started again does not read its journal.
    case journalNotRead
    /// It goes on with the next number, and tells nobody what had not been told.
    case pastNotTold
    /// It tells first and writes down after.
    case toldBeforeWritten
    /// What was sent counts as heard when a stream breaks.
    case sentCountsAsHeard
    /// What waits is sent newest first.
    case newestFirst
    /// A proxy acknowledges what it has not handed to gossip.
    case acknowledgedUntold
    /// A proxy believes what came last instead of what is newest.
    case lastWins
}
