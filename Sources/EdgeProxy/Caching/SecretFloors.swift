/// When something was said to have changed, by the name of what it was said about: an endpoint, a project or an account.
///
/// What was fetched before that is of no use, and so is the answer to a question that was on its way. Names of the three
/// kinds share one room: should two of them read alike, somebody is asked once more than need be.
package struct SecretFloors: Sendable {
    package typealias Instant = ContinuousClock.Instant

    private struct Floor: Sendable {
        var revision: UInt64
        var at: Instant
    }

    private var floors: TimedLRU<String, Floor>

    /// - Parameter limits: floors have to outlive every entry that they are about.
    package init(_ limits: CacheLimits) {
        floors = TimedLRU(limits)
    }

    /// An older revision than one heard before, or the same again, is no news.
    ///
    /// - Returns: whether it was news.
    @discardableResult
    package mutating func raise(_ name: String, to revision: UInt64, now: Instant) -> Bool {
        if let floor = floors.peek(name), floor.revision >= revision { return false }
        floors.insert(Floor(revision: revision, at: now), for: name, now: now)
        return true
    }

    /// The latest change of any of these.
    package mutating func instant(of names: [String], now: Instant) -> Instant? {
        names.compactMap { floors.touch($0, now: now)?.at }.max()
    }
}
