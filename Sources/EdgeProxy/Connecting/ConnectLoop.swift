package import Gossip
package import NIOCore
package import PostgresWire
package import Transport

/// Decides how a session gets to its compute: locate, dial, log in, and what to do when one of them fails.
///
/// One deadline covers everything. A compute that does not answer yet is tried again after a pause of full jitter; two
/// failures on one version say that this version is dead, so it is given up, with every older one, and the endpoint
/// located anew. A compute that is somebody else is given up at once. What a compute says in a real ErrorResponse is
/// the client's to read. Opens nothing, reads no clock: `elapsed` counts from the loop's beginning.
package struct ConnectLoop: Sendable {
    package struct Limits: Sendable {
        /// For wake, connect and login together.
        package var deadline: Duration = .seconds(30)
        /// For one attempt to reach a port.
        package var dial: Duration = .seconds(2)
        /// For one answer that a compute owes us during the login. One that takes the connection and then keeps silent has
        /// hung itself up: it is given up like somebody else's.
        package var silence: Duration = .seconds(5)
        /// Failures on one version before it is given up.
        package var strikes = 2
        /// Times that an endpoint is located anew, whether it is found somewhere else or where it was.
        package var relocations = 8
        /// With less time left than this, locating it anew would only hide what the compute did behind a control plane
        /// that had no time to answer.
        package var question: Duration = .milliseconds(500)
        /// Generations started for this client that came to nothing. Each is a start, and another one is no better.
        package var failedStarts = 2
        /// The first pause is somewhere below this; each following bound doubles.
        package var firstPause: Duration = .milliseconds(50)
        package var longestPause: Duration = .seconds(2)
        /// For how long after its wake a compute counts as just started.
        package var recentStart: Duration = .seconds(10)

        package init() {}
    }

    package enum Event: Equatable, Sendable {
        case begun
        case located(Located)
        case wakeFailed(WakeFailure)
        case dialled
        case loggedIn
        /// The dial, or the login, did not work.
        case attemptFailed(UpstreamFailure.Reason)
        case pauseEnded
        /// The session's task was cancelled.
        case cancelled
    }

    package enum Action: Equatable, Sendable {
        case locate
        /// Say first that this version, and every older one, is of no use.
        case relocate(invalidating: FactVersion)
        case dial(ComputeLocation, limit: Duration)
        case logIn(ComputeLocation, limit: Duration)
        case pause(Duration)
        case join(ComputeLocation)
        case fail(Refusal)
    }

    package enum Refusal: Error, Equatable, Sendable {
        /// The compute's own words, as they came.
        case compute(ErrorResponse, frame: ByteBuffer)
        case proxy(ErrorResponse)
        case cancelled
    }

    private enum State: Equatable {
        /// Next: `locating`, `ended`.
        case idle
        /// Next: `dialling`, `pausing`, `ended`.
        case locating
        /// Next: `loggingIn`, `pausing`, `locating`, `ended`.
        case dialling(Located)
        /// Next: `pausing`, `locating`, `ended`.
        case loggingIn(Located)
        /// Next: `dialling`, `ended`.
        case pausing(Located)
        case ended
    }

    private let limits: Limits
    private var state = State.idle
    /// The location tried last, and when it was first heard of; `nil` before the first.
    private var current: (located: Located, since: Duration)?
    private var strikes = 0
    private var relocations = 0
    /// Generations given up that were not there before this client asked.
    private var failedStarts: Set<UInt64> = []
    /// The generation that the client found when it came.
    private var foundGeneration: UInt64?
    private var failures = 0
    /// The last compute to answer said that it is starting.
    private var isStarting = false

    package init(limits: Limits) {
        self.limits = limits
    }

    package mutating func handle(
        _ event: Event, elapsed: Duration, using dice: inout some RandomNumberGenerator
    ) -> Action {
        switch (state, event) {
        case (_, .cancelled), (.locating, .wakeFailed(WakeFailure(reason: .cancelled))):
            return fail(.cancelled)
        case (.idle, .begun):
            state = .locating
            return .locate
        case (.locating, .located(let located)):
            return found(located, elapsed: elapsed, using: &dice)
        case (.locating, .wakeFailed(WakeFailure(reason: .deadlineExceeded))) where current != nil:
            return giveUp(elapsed: elapsed)
        case (.locating, .wakeFailed(let failure)):
            return fail(.proxy(failure.response))
        case (.dialling(let located), .dialled):
            state = .loggingIn(located)
            return .logIn(located.location, limit: limits.deadline - elapsed)
        case (.loggingIn(let located), .loggedIn):
            state = .ended
            return .join(located.location)
        case (.dialling(let located), .attemptFailed(let reason)),
            (.loggingIn(let located), .attemptFailed(let reason)):
            return attemptFailed(reason, at: located, elapsed: elapsed, using: &dice)
        case (.pausing(let located), .pauseEnded):
            return dial(located, elapsed: elapsed)
        case (.idle, _), (.locating, _), (.dialling, _), (.loggingIn, _), (.pausing, _), (.ended, _):
            return fail(.proxy(Refusals.ownMistake))
        }
    }

    private mutating func found(
        _ located: Located, elapsed: Duration, using dice: inout some RandomNumberGenerator
    ) -> Action {
        strikes = 0
        if current == nil, located.isCached { foundGeneration = located.location.version.generation }
        if let current, current.located.location.version == located.location.version {
            // What was given up a moment ago is confirmed: it may only need time.
            return pause(before: located, elapsed: elapsed, using: &dice)
        }
        current = (located, since: elapsed)
        isStarting = false
        return dial(located, elapsed: elapsed)
    }

    private mutating func dial(_ located: Located, elapsed: Duration) -> Action {
        let rest = limits.deadline - elapsed
        guard rest > .zero else { return giveUp(elapsed: elapsed) }
        state = .dialling(located)
        return .dial(located.location, limit: min(limits.dial, rest))
    }

    private mutating func attemptFailed(
        _ reason: UpstreamFailure.Reason, at located: Located, elapsed: Duration,
        using dice: inout some RandomNumberGenerator
    ) -> Action {
        failures += 1
        isStarting = false
        switch Verdict(on: reason, at: located) {
        case .final(let refusal):
            return fail(refusal)
        case .outOfTime:
            return giveUp(elapsed: elapsed)
        case .starting:
            isStarting = true
            return pause(before: located, elapsed: elapsed, using: &dice)
        case .ownTrouble:
            return pause(before: located, elapsed: elapsed, using: &dice)
        case .notReady:
            strikes += 1
            guard strikes < limits.strikes else { return relocate(from: located, elapsed: elapsed) }
            return pause(before: located, elapsed: elapsed, using: &dice)
        case .stale:
            return relocate(from: located, elapsed: elapsed)
        }
    }

    private mutating func relocate(from located: Located, elapsed: Duration) -> Action {
        let generation = located.location.version.generation
        if generation != foundGeneration { failedStarts.insert(generation) }
        guard failedStarts.count < limits.failedStarts else {
            return fail(.proxy(Refusals.wake(.startFailed)))
        }
        relocations += 1
        guard relocations <= limits.relocations, elapsed + limits.question < limits.deadline else {
            return giveUp(elapsed: elapsed)
        }
        state = .locating
        return .relocate(invalidating: located.location.version)
    }

    /// Full jitter: anywhere between nothing and a bound that doubles with every failure.
    private mutating func pause(
        before located: Located, elapsed: Duration, using dice: inout some RandomNumberGenerator
    ) -> Action {
        let doublings = min(max(failures - 1, 0), 16)
        let bound = min(limits.longestPause, limits.firstPause * (1 << doublings))
        let pause = bound * Double.random(in: 0...1, using: &dice)
        guard elapsed + pause < limits.deadline else { return giveUp(elapsed: elapsed) }
        state = .pausing(located)
        return .pause(pause)
    }

    private mutating func giveUp(elapsed: Duration) -> Action {
        let isRecent = current.map { !$0.located.isCached && elapsed - $0.since < limits.recentStart } ?? false
        return fail(.proxy(isStarting || isRecent ? Refusals.computeStarting : Refusals.computeUnreachable))
    }

    private mutating func fail(_ refusal: Refusal) -> Action {
        state = .ended
        return .fail(refusal)
    }
}
