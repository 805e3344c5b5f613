/// Numbers changes of secrets so that a later one has the larger number, whoever of the fleet saw it: microseconds since
/// 1970, and never less than what has been heard from others. A member whose clock is ahead pulls the others along; one
/// whose clock is behind does not get lost.
package struct RevisionClock: Sendable {
    private var newest: UInt64 = 0

    package init() {}

    /// - Parameters:
    ///   - unixMicros: the time, as this machine has it.
    ///   - least: what somebody else numbered the same change with.
    package mutating func next(unixMicros: UInt64, least: UInt64 = 0) -> UInt64 {
        let (following, isOver) = newest.addingReportingOverflow(1)
        newest = max(unixMicros, least, isOver ? newest : following)
        return newest
    }

    package mutating func heard(_ revision: UInt64) {
        newest = max(newest, revision)
    }
}
