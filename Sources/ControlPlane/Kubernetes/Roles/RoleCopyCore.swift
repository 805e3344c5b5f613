/// Decides when the roles of a running database are copied into the endpoint's Secret: whenever its agent says that they may
/// have changed, one copy after the other, and again after a failure.
package struct RoleCopyCore: Sendable {
    package struct Source: Equatable, Sendable {
        package var computeID: String
        package var address: String
        package var revision: UInt64

        package init(computeID: String, address: String, revision: UInt64) {
            self.computeID = computeID
            self.address = address
            self.revision = revision
        }
    }

    package enum Action: Equatable, Sendable {
        case copy(Source)
        case pause(Pause)
    }

    private enum State: Equatable {
        case idle, copying, pausing
    }

    private var state = State.idle
    /// What is to be copied, if anything is.
    private var wanted: Source?
    private var last: Source?
    private var failures = 0

    package init() {}

    /// The agent runs its database, and says this of its roles. A revision of 0: nobody has looked.
    package mutating func reported(_ source: Source) -> Action? {
        guard source.revision > 0, !source.address.isEmpty, source != last || wanted != nil else { return nil }
        wanted = source
        return next()
    }

    /// The database is about to stop, or has: there is nobody to ask.
    package mutating func ended() {
        wanted = nil
    }

    package mutating func copied(_ source: Source) -> Action? {
        state = .idle
        failures = 0
        last = source
        if wanted == source { wanted = nil }
        return next()
    }

    package mutating func failed() -> Action? {
        guard wanted != nil else {
            state = .idle
            return nil
        }
        state = .pausing
        failures += 1
        return .pause(Pause(afterFailures: failures))
    }

    package mutating func pauseEnded() -> Action? {
        if state == .pausing { state = .idle }
        return next()
    }

    private mutating func next() -> Action? {
        guard state == .idle, let wanted else { return nil }
        state = .copying
        return .copy(wanted)
    }
}
