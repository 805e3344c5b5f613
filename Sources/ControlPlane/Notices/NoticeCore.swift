package import Gossip

/// Decides when the fleet is told whose rules or secrets have changed: one notice after the other, everything that came
/// meanwhile in the next, and again after a failure. At most one entry per endpoint waits.
package struct NoticeCore: Sendable {
    package enum Action: Equatable, Sendable {
        /// In the order in which they changed.
        case tell([EndpointName])
        case pause(Pause)
    }

    private enum State: Equatable {
        case idle
        case telling([EndpointName])
        case pausing
    }

    /// What a proxy takes in one notice.
    package static let namesPerNotice = 1_000

    private var state = State.idle
    private var waiting: [EndpointName] = []
    private var isWaiting: Set<EndpointName> = []
    private var failures = 0

    package init() {}

    package mutating func changed(_ endpoint: EndpointName) -> Action? {
        add([endpoint])
        return next()
    }

    /// The fleet has what it was told last.
    package mutating func told() -> Action? {
        state = .idle
        failures = 0
        return next()
    }

    /// Nobody took what was told last.
    package mutating func failed() -> Action? {
        guard case .telling(let names) = state else { return nil }
        let newer = waiting
        (waiting, isWaiting) = ([], [])
        add(names + newer)
        state = .pausing
        failures += 1
        return .pause(Pause(afterFailures: failures))
    }

    package mutating func pauseEnded() -> Action? {
        if state == .pausing { state = .idle }
        return next()
    }

    private mutating func add(_ names: [EndpointName]) {
        for name in names where isWaiting.insert(name).inserted { waiting.append(name) }
    }

    private mutating func next() -> Action? {
        guard state == .idle, !waiting.isEmpty else { return nil }
        let names = Array(waiting.prefix(Self.namesPerNotice))
        waiting.removeFirst(names.count)
        isWaiting.subtract(names)
        state = .telling(names)
        return .tell(names)
    }
}
