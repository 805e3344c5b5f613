import TestKit
import Testing

@testable import GRPCLite

/// Addresses are numbers; subchannels count from 1 in the order in which their addresses came.
@Suite struct ChannelPlanTests {
    typealias Plan = ChannelPlan<Int>

    private static let start = ContinuousClock.now

    /// A plan with the clock and the dice that a test moves.
    private struct Driver {
        var plan: Plan
        var now = ChannelPlanTests.start
        var dice = SeededDice(seed: 1)

        init(_ policy: PickPolicy) {
            var configuration = Plan.Configuration()
            configuration.policy = policy
            configuration.backoff.jitter = 0
            plan = Plan(configuration)
        }

        mutating func pick() -> Plan.Pick { plan.pick() }

        @discardableResult
        mutating func callAsFunction(_ event: Plan.Event) -> [Plan.Action] {
            plan.handle(event, at: now, using: &dice)
        }
    }

    private static func id(_ number: Int) -> SubchannelID { SubchannelID(rawValue: number) }

    private func driver(_ policy: PickPolicy, _ addresses: [Int]) -> Driver {
        var drive = Driver(policy)
        drive(.callArrived)
        drive(.resolved(addresses))
        return drive
    }

    private static let attempt = Duration.seconds(20)

    // MARK: Every state of a subchannel by every event

    enum Standing: CaseIterable { case connecting, ready, backingOff }

    /// A round-robin plan whose only subchannel stands so.
    private func standing(_ standing: Standing) -> Driver {
        var drive = driver(.roundRobin, [7])
        switch standing {
        case .connecting: break
        case .ready: drive(.connected(Self.id(1)))
        case .backingOff: drive(.connectFailed(Self.id(1)))
        }
        return drive
    }

    @Test(arguments: Standing.allCases)
    func `connected makes a connecting one ready, and nothing of another`(state: Standing) {
        var drive = standing(state)
        let actions = drive(.connected(Self.id(1)))
        #expect(actions == (state == .connecting ? [.stateChanged(.ready)] : []))
        #expect(drive.plan.state == (state == .backingOff ? .transientFailure : .ready))
    }

    @Test(arguments: Standing.allCases)
    func `a failed attempt waits, and nobody else does`(state: Standing) {
        var drive = standing(state)
        drive.now += .seconds(40)
        let actions = drive(.connectFailed(Self.id(1)))
        let wanted: [Plan.Action] = [
            .arm(.backoff(Self.id(1)), after: .zero), .resolve, .stateChanged(.transientFailure),
        ]
        #expect(actions == (state == .connecting ? wanted : []))
    }

    @Test(arguments: Standing.allCases)
    func `a ready one that is lost connects again at once`(state: Standing) {
        var drive = standing(state)
        drive.now += .seconds(40)
        let actions = drive(.lost(Self.id(1), wasUsed: true))
        let wanted: [Plan.Action] = [
            .resolve, .connect(Self.id(1), 7, within: Self.attempt), .stateChanged(.connecting),
        ]
        #expect(actions == (state == .ready ? wanted : []))
    }

    @Test(arguments: Standing.allCases)
    func `the end of the wait has one that waits connect`(state: Standing) {
        var drive = standing(state)
        let actions = drive(.timerFired(.backoff(Self.id(1))))
        #expect(actions == (state == .backingOff ? [.connect(Self.id(1), 7, within: Self.attempt)] : []))
    }

    @Test(arguments: Standing.allCases)
    func `an address that is gone is let go`(state: Standing) {
        var drive = standing(state)
        let actions = drive(.resolved([8]))
        let letGo: Plan.Action = state == .backingOff ? .disarm(.backoff(Self.id(1))) : .release(Self.id(1))
        #expect(actions.first == letGo)
        #expect(actions.contains(.connect(Self.id(2), 8, within: Self.attempt)))
    }

    @Test(arguments: Standing.allCases)
    func `a shutdown lets everything go, and nothing happens after it`(state: Standing) {
        var drive = standing(state)
        let letGo: Plan.Action = state == .backingOff ? .disarm(.backoff(Self.id(1))) : .release(Self.id(1))
        let actions = drive(.shutDown)
        #expect(actions.first == letGo)
        #expect(actions.last == .stateChanged(.shutDown))
        for event: Plan.Event in [
            .callArrived, .resolved([1]), .resolutionFailed, .connected(Self.id(1)), .connectFailed(Self.id(1)),
            .lost(Self.id(1), wasUsed: true), .timerFired(.backoff(Self.id(1))), .timerFired(.resolution), .shutDown,
        ] {
            #expect(drive(event) == [])
        }
        #expect(drive.plan.pick() == .fail)
    }

    // MARK: Pick first

    @Test func `nothing is done before somebody calls, and then once`() {
        var drive = Driver(.pickFirst)
        #expect(drive.plan.state == .idle)
        #expect(drive(.callArrived) == [.resolve, .stateChanged(.connecting)])
        #expect(drive(.callArrived) == [])
        #expect(drive.plan.pick() == .wait)
    }

    @Test func `addresses are tried in their order, one at a time, each once`() {
        var drive = Driver(.pickFirst)
        drive(.callArrived)
        #expect(drive(.resolved([5, 6, 5])) == [.connect(Self.id(1), 5, within: Self.attempt)])
        #expect(
            drive(.connectFailed(Self.id(1))) == [
                .arm(.backoff(Self.id(1)), after: .seconds(1)), .arm(.resolution, after: .seconds(30)),
                .connect(Self.id(2), 6, within: Self.attempt),
            ])
        #expect(drive.plan.state == .connecting)
        #expect(drive(.connected(Self.id(2))) == [.stateChanged(.ready)])
        #expect(drive.plan.pick() == .use(Self.id(2)))
        // The other's wait is over; it is not wanted.
        #expect(drive(.timerFired(.backoff(Self.id(1)))) == [])
    }

    @Test func `when all have failed calls fail, until one works again`() {
        var drive = driver(.pickFirst, [5, 6])
        drive(.connectFailed(Self.id(1)))
        #expect(drive(.connectFailed(Self.id(2))).last == .stateChanged(.transientFailure))
        #expect(drive.plan.pick() == .fail)
        // The next attempt alone does not make it better.
        drive(.timerFired(.backoff(Self.id(1))))
        #expect(drive.plan.state == .transientFailure)
        #expect(drive(.connected(Self.id(1))) == [.stateChanged(.ready)])
    }

    @Test func `a lost connection leaves it idle until the next call`() {
        var drive = driver(.pickFirst, [5])
        drive(.connected(Self.id(1)))
        drive.now += .seconds(31)
        #expect(drive(.lost(Self.id(1), wasUsed: true)) == [.resolve, .stateChanged(.idle)])
        #expect(drive(.callArrived) == [.connect(Self.id(1), 5, within: Self.attempt), .stateChanged(.connecting)])
    }

    @Test func `the wait counts from the start of the attempt and grows`() {
        var drive = driver(.pickFirst, [5])
        for wait in [1, 1.6, 2.56, 4.096] {
            drive.now += .milliseconds(500)
            let actions = drive(.connectFailed(Self.id(1)))
            guard case .arm(.backoff, let after)? = actions.first else {
                Issue.record("no wait: \(actions)")
                return
            }
            #expect(abs(after / .seconds(1) - (wait - 0.5)) < 0.001)
            drive(.timerFired(.backoff(Self.id(1))))
        }
        // A connection that worked makes it short again.
        drive(.connected(Self.id(1)))
        drive(.lost(Self.id(1), wasUsed: true))
        drive(.callArrived)
        #expect(drive(.connectFailed(Self.id(1))).first == .arm(.backoff(Self.id(1)), after: .seconds(1)))
    }

    @Test func `a server that greets and goes away waits longer and longer, until it is of use or stays`() {
        var drive = driver(.pickFirst, [5])
        for _ in 1...2 {
            drive(.connected(Self.id(1)))
            drive(.lost(Self.id(1), wasUsed: false))
            #expect(drive(.callArrived).contains(.connect(Self.id(1), 5, within: Self.attempt)))
        }
        for wait in [1, 1.6, 2.56] {
            drive(.connected(Self.id(1)))
            drive.now += .milliseconds(10)
            let actions = drive(.lost(Self.id(1), wasUsed: false))
            guard case .arm(.backoff, let after)? = actions.first else {
                Issue.record("no wait: \(actions)")
                return
            }
            #expect(abs(after / .seconds(1) - (wait - 0.01)) < 0.001)
            #expect(drive.plan.state == .transientFailure)
            drive.now += after
            #expect(drive(.timerFired(.backoff(Self.id(1)))) == [.connect(Self.id(1), 5, within: Self.attempt)])
        }
        drive(.connected(Self.id(1)))
        drive(.lost(Self.id(1), wasUsed: true))
        #expect(drive.plan.state == .idle)
        drive(.callArrived)
        drive(.connected(Self.id(1)))
        drive.now += .seconds(1)
        drive(.lost(Self.id(1), wasUsed: false))
        #expect(drive.plan.state == .idle)
    }

    // MARK: Round robin

    @Test func `all addresses are connected, and calls take turns among those that work`() {
        var drive = Driver(.roundRobin)
        drive(.callArrived)
        #expect(drive(.resolved([5, 6, 7])).count == 3)
        drive(.connected(Self.id(1)))
        for _ in 0..<6 { #expect(drive.plan.pick() == .use(Self.id(1))) }
        drive(.connected(Self.id(3)))
        let picks = (0..<6).map { _ in drive.plan.pick() }
        #expect(picks.filter { $0 == .use(Self.id(1)) }.count == 3)
        #expect(picks.filter { $0 == .use(Self.id(3)) }.count == 3)
        #expect(zip(picks, picks.dropFirst()).allSatisfy { $0 != $1 })
    }

    @Test func `one that fails is no harm while another works`() {
        var drive = driver(.roundRobin, [5, 6])
        drive(.connected(Self.id(1)))
        drive(.connectFailed(Self.id(2)))
        #expect(drive.plan.state == .ready)
        drive(.lost(Self.id(1), wasUsed: true))
        #expect(drive.plan.state == .connecting)
        drive(.connectFailed(Self.id(1)))
        #expect(drive.plan.state == .transientFailure)
    }

    // MARK: Resolution

    @Test func `what is known is used while the name server is silent`() {
        var drive = driver(.pickFirst, [5])
        drive(.connected(Self.id(1)))
        drive.now += .seconds(31)
        drive(.lost(Self.id(1), wasUsed: true))
        #expect(drive(.resolutionFailed) == [.arm(.resolution, after: .seconds(1))])
        #expect(drive(.callArrived).first == .connect(Self.id(1), 5, within: Self.attempt))
    }

    @Test func `a name that cannot be resolved fails calls, and is asked for again, less and less often`() {
        var drive = Driver(.pickFirst)
        drive(.callArrived)
        #expect(drive(.resolutionFailed) == [.arm(.resolution, after: .seconds(1)), .stateChanged(.transientFailure)])
        #expect(drive(.timerFired(.resolution)) == [.resolve])
        #expect(drive(.resolutionFailed) == [.arm(.resolution, after: .seconds(1) * 1.6)])
        drive(.timerFired(.resolution))
        #expect(drive(.resolved([5])) == [.connect(Self.id(1), 5, within: Self.attempt)])
    }

    @Test func `a name without addresses fails calls`() {
        var drive = Driver(.pickFirst)
        drive(.callArrived)
        #expect(drive(.resolved([])).last == .stateChanged(.transientFailure))
    }

    @Test func `addresses that stay keep their connections`() {
        var drive = driver(.roundRobin, [5, 6])
        drive(.connected(Self.id(1)))
        drive(.connected(Self.id(2)))
        #expect(drive(.resolved([6, 7])) == [.release(Self.id(1)), .connect(Self.id(3), 7, within: Self.attempt)])
        #expect(drive.plan.pick() == .use(Self.id(2)))
    }

    @Test func `a name with very many addresses is cut`() {
        let drive = driver(.roundRobin, Array(0..<1000))
        #expect(drive.plan.subchannels.count == drive.plan.configuration.addressLimit)
    }
}
