/// Whom to ask for a base backup next, and when to give up.
///
/// Every way to every pageserver is asked in turn; when all have failed there is a pause, which grows, and a new round. A way
/// that will never work is not taken again.
package struct BasebackupPlan {
    /// How one attempt ended.
    package enum Failure: Equatable, Sendable {
        /// It may work later.
        case passing
        /// This pageserver has said no over this way, and will again.
        case lasting
        /// Ours: no pageserver can help.
        case hopeless
    }

    package enum Step: Equatable, Sendable {
        case ask(PageserverAddress)
        /// Rest, and then ask.
        case pause(Duration, PageserverAddress)
        case giveUp
    }

    /// Rounds after the first one.
    package static let retries = 10
    package static let firstPause: Duration = .milliseconds(500)
    package static let growth = 1.5

    private var ways: [PageserverAddress]
    private var position = 0
    private var round = 0
    private var pause = firstPause

    package init(ways: [PageserverAddress]) {
        self.ways = ways
    }

    package func begin() -> Step {
        ways.first.map(Step.ask) ?? .giveUp
    }

    /// The way that was to be asked has failed.
    package mutating func failed(_ failure: Failure) -> Step {
        switch failure {
        case .hopeless: ways = []
        case .lasting where position < ways.count: ways.remove(at: position)
        case .lasting, .passing: position += 1
        }
        guard !ways.isEmpty else { return .giveUp }
        guard position >= ways.count else { return .ask(ways[position]) }
        guard round < Self.retries else { return .giveUp }
        round += 1
        position = 0
        defer { pause = pause * Self.growth }
        return .pause(pause, ways[0])
    }
}
