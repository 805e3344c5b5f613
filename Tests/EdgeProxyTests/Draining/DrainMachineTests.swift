import EdgeProxy
import Testing

/// Every phase with every event.
struct DrainMachineTests {
    private let start = ContinuousClock.now

    private func machine(lag: Duration = .seconds(5), deadline: Duration = .seconds(30)) -> DrainMachine {
        var settings = DrainSettings()
        settings.lag = lag
        settings.spread = .seconds(10)
        settings.sessionsPerSecond = 500
        settings.farewellLimit = .seconds(2)
        return DrainMachine(settings, deadline: deadline)
    }

    private func count(_ sessions: Int, flights: Int = 0) -> DrainMachine.Event {
        .counted(sessions: sessions, flights: flights)
    }

    /// In this phase, with 1,000 sessions; begun at `start`.
    private func machine(in phase: DrainMachine.Phase) -> DrainMachine {
        var machine = machine()
        _ = machine.handle(count(1_000), at: start)
        if phase == .serving { return machine }
        _ = machine.handle(.begun(wasServing: true), at: start)
        if phase == .lagging { return machine }
        _ = machine.handle(count(1_000), at: start + .seconds(5))
        if phase == .ending { return machine }
        if phase == .farewell {
            _ = machine.handle(count(1_000), at: start + .seconds(30))
        } else {
            _ = machine.handle(count(0), at: start + .seconds(6))
        }
        return machine
    }

    private struct Line: Sendable, CustomTestStringConvertible {
        var phase: DrainMachine.Phase
        var event: DrainMachine.Event
        /// After the drain began.
        var after: Duration
        var actions: [DrainMachine.Action]
        var next: DrainMachine.Phase

        init(
            _ phase: DrainMachine.Phase, _ event: DrainMachine.Event, after: Int, _ actions: [DrainMachine.Action],
            _ next: DrainMachine.Phase
        ) {
            (self.phase, self.event, self.actions, self.next) = (phase, event, actions, next)
            self.after = .seconds(after)
        }

        var testDescription: String { "\(phase) + \(event) after \(after)" }
    }

    private static let table: [Line] = [
        Line(.serving, .counted(sessions: 0, flights: 0), after: 0, [], .serving),
        Line(.serving, .counted(sessions: 3, flights: 1), after: 99, [], .serving),
        Line(.serving, .begun(wasServing: true), after: 0, [.turnAway], .lagging),
        Line(
            .serving, .begun(wasServing: false), after: 0,
            [.turnAway, .stopAccepting, .beginEnding(spreadOver: .seconds(2))], .ending),
        Line(.serving, .hurried, after: 0, [.turnAway, .stopAccepting, .endAll], .farewell),

        Line(.lagging, .begun(wasServing: true), after: 1, [], .lagging),
        Line(.lagging, .counted(sessions: 1_000, flights: 0), after: 4, [], .lagging),
        // Nobody there yet does not mean that nobody comes.
        Line(.lagging, .counted(sessions: 0, flights: 0), after: 4, [], .lagging),
        Line(
            .lagging, .counted(sessions: 1_000, flights: 0), after: 5,
            [.stopAccepting, .beginEnding(spreadOver: .seconds(2))], .ending),
        Line(.lagging, .counted(sessions: 1_000, flights: 0), after: 30, [.stopAccepting, .endAll], .farewell),
        Line(.lagging, .hurried, after: 1, [.stopAccepting, .endAll], .farewell),

        Line(.ending, .begun(wasServing: true), after: 6, [], .ending),
        Line(.ending, .counted(sessions: 1, flights: 0), after: 29, [], .ending),
        Line(.ending, .counted(sessions: 0, flights: 1), after: 29, [], .ending),
        Line(.ending, .counted(sessions: 0, flights: 0), after: 6, [.leave], .over),
        Line(.ending, .counted(sessions: 1, flights: 0), after: 30, [.endAll], .farewell),
        Line(.ending, .counted(sessions: 0, flights: 1), after: 30, [.endAll], .farewell),
        Line(.ending, .hurried, after: 6, [.endAll], .farewell),

        Line(.farewell, .begun(wasServing: true), after: 31, [], .farewell),
        Line(.farewell, .counted(sessions: 1, flights: 0), after: 31, [], .farewell),
        Line(.farewell, .counted(sessions: 0, flights: 5), after: 31, [.leave], .over),
        Line(.farewell, .counted(sessions: 1, flights: 0), after: 32, [.leave], .over),
        Line(.farewell, .hurried, after: 31, [], .farewell),

        Line(.over, .begun(wasServing: true), after: 50, [], .over),
        Line(.over, .counted(sessions: 9, flights: 9), after: 50, [], .over),
        Line(.over, .hurried, after: 50, [], .over),
    ]

    @Test(arguments: table) private func `each phase knows what each event means`(line: Line) {
        var machine = machine(in: line.phase)
        #expect(machine.phase == line.phase)
        #expect(machine.handle(line.event, at: start + line.after) == line.actions)
        #expect(machine.phase == line.next)
    }

    @Test func `no phase is left out of the table`() {
        for phase in DrainMachine.Phase.allCases {
            let events = Self.table.filter { $0.phase == phase }.map(\.event)
            #expect(events.contains(.hurried), "\(phase)")
            #expect(events.contains(.begun(wasServing: true)), "\(phase)")
            #expect(events.contains { if case .counted = $0 { true } else { false } }, "\(phase)")
        }
    }

    @Test func `without a lag accepting ends at once`() {
        var machine = machine(lag: .zero)
        let actions = machine.handle(.begun(wasServing: true), at: start)
        #expect(actions == [.turnAway, .stopAccepting, .beginEnding(spreadOver: .zero)])
        #expect(machine.nextWake == start + .seconds(30))
    }

    @Test func `the deadline holds for the lag too`() {
        var machine = machine(lag: .seconds(50))
        #expect(machine.handle(.begun(wasServing: true), at: start) == [.turnAway])
        #expect(machine.nextWake == start + .seconds(30))
        #expect(machine.handle(count(1), at: start + .seconds(30)) == [.stopAccepting, .endAll])
        #expect(machine.deadline == start + .seconds(30))
    }

    @Test(
        arguments: [(1, 2), (100, 200), (5_000, 10_000), (100_000, 10_000)] as [(Int, Int)])
    func `few leave at once, many over a bounded while`(sessions: Int, milliseconds: Int) {
        var machine = machine(lag: .zero)
        _ = machine.handle(count(sessions), at: start)
        let actions = machine.handle(.begun(wasServing: true), at: start)
        #expect(actions.last == .beginEnding(spreadOver: .milliseconds(milliseconds)))
    }

    @Test func `a short deadline leaves half of itself for idle points`() {
        var machine = machine(lag: .zero, deadline: .seconds(4))
        _ = machine.handle(count(100_000), at: start)
        let actions = machine.handle(.begun(wasServing: true), at: start)
        #expect(actions.last == .beginEnding(spreadOver: .seconds(2)))
    }
}
