import Testing

@testable import ControlPlane

/// Every input in every state. A line is: given a state, this input gives these actions and leaves that state.
struct EndpointMachineTests {
    private static let limits = EndpointLimits()
    private static let location = ComputeLocation(
        generation: 3, sequence: 4, address: "127.0.0.1:5500", serverName: "compute-demo-3",
        computeID: "compute-demo-3")
    private static let running = AgentReport(generation: 3, phase: .serving(location))
    private static let ending = AgentReport(generation: 3, phase: .ending, error: "postgres exited: signal 9")
    private static let preparing = AgentReport(generation: 3, phase: .preparing)
    private static let failed = WakeFailure(.startFailed, detail: "exited 1", retryAfter: .seconds(1))
    private static let startsThird: [EndpointMachine.Action] = [
        .storeGeneration(3), .note(.starting), .arm(.start, after: EndpointLimits().start, generation: 3),
        .startCompute(generation: 3),
    ]
    private static let startsFourth: [EndpointMachine.Action] = [
        .storeGeneration(4), .note(.starting), .arm(.start, after: EndpointLimits().start, generation: 4),
        .startCompute(generation: 4),
    ]

    private static func idle(_ duration: Duration) -> AgentReport {
        AgentReport(generation: 3, phase: .serving(location), idleFor: duration)
    }

    // Ways into each state; all but the first are about generation 3.
    private static func asleep() -> EndpointMachine { EndpointMachine(generation: 2, limits: limits) }
    private static func starting() -> EndpointMachine { after(asleep(), .wakeRequested(seen: 0)) }
    private static func serving() -> EndpointMachine { after(starting(), .agentReported(running)) }
    private static func idling() -> EndpointMachine { after(serving(), .agentReported(idle(.seconds(1)))) }
    private static func suspending() -> EndpointMachine { after(idling(), .timerFired(.idle, generation: 3)) }
    private static func suspendingAwaited() -> EndpointMachine { after(suspending(), .wakeRequested(seen: 3)) }
    private static func stopping() -> EndpointMachine { after(serving(), .suspendAsked(.fast)) }
    private static func stoppingAwaited() -> EndpointMachine { after(stopping(), .wakeRequested(seen: 3)) }
    private static func backingOff() -> EndpointMachine {
        after(starting(), .computeExited(generation: 3, cause: "exited 1"))
    }
    private static func sleptAgain() -> EndpointMachine {
        after(stopping(), .computeExited(generation: 3, cause: "exited 0"))
    }

    private static func after(_ machine: EndpointMachine, _ inputs: EndpointMachine.Input...) -> EndpointMachine {
        var machine = machine
        for input in inputs { _ = machine.handle(input) }
        return machine
    }

    private func expect(
        _ machine: EndpointMachine, _ input: EndpointMachine.Input, _ actions: [EndpointMachine.Action],
        leaves state: EndpointMachine.State, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        var machine = machine
        #expect(machine.handle(input) == actions, sourceLocation: sourceLocation)
        #expect(machine.state == state, sourceLocation: sourceLocation)
    }

    private func expectIgnored(
        _ machine: EndpointMachine, _ inputs: [EndpointMachine.Input],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for input in inputs { expect(machine, input, [], leaves: machine.state, sourceLocation: sourceLocation) }
    }

    @Test func `asleep: a wake stores the next generation before it starts it`() {
        expect(Self.asleep(), .wakeRequested(seen: 0), [.holdWake] + Self.startsThird, leaves: .starting)
        expect(Self.sleptAgain(), .wakeRequested(seen: 3), [.holdWake] + Self.startsFourth, leaves: .starting)
    }

    @Test func `asleep: a generation that only a proxy remembers is not used again, and nonsense is not followed`() {
        var machine = Self.asleep()
        #expect(machine.handle(.wakeRequested(seen: 9)).contains(.storeGeneration(10)))
        machine = Self.asleep()
        #expect(machine.handle(.wakeRequested(seen: .max)).contains(.storeGeneration(3)))
    }

    @Test func `asleep: nothing else does anything`() {
        expect(Self.sleptAgain(), .suspendAsked(.fast), [.answerStop], leaves: .asleep)
        expectIgnored(
            Self.sleptAgain(),
            [
                .agentReported(Self.running), .agentReported(Self.ending), .agentReported(Self.preparing),
                .computeExited(generation: 3, cause: ""), .generationNotStored(generation: 3, cause: ""),
                .timerFired(.start, generation: 3), .timerFired(.idle, generation: 3),
                .timerFired(.stop, generation: 3), .timerFired(.backOff, generation: 3),
            ])
        expect(
            Self.sleptAgain(), .closeAsked,
            [.answerWaitingWakes(.failure(WakeFailure(.closing))), .disarm(.backOff), .answerStop], leaves: .asleep)
    }

    @Test func `starting: further wakes join, whatever they have seen`() {
        for seen: UInt64 in [0, 2, 3] {
            expect(Self.starting(), .wakeRequested(seen: seen), [.holdWake], leaves: .starting)
        }
    }

    @Test func `starting: running answers everybody`() {
        expect(
            Self.starting(), .agentReported(Self.running),
            [.disarm(.start), .answerWaitingWakes(.success(Self.location)), .disarm(.idle)],
            leaves: .running(Self.location, isIdle: false))
        expect(
            Self.starting(), .agentReported(Self.idle(.seconds(2))),
            [
                .disarm(.start), .answerWaitingWakes(.success(Self.location)),
                .arm(.idle, after: .seconds(298), generation: 3),
            ], leaves: .running(Self.location, isIdle: true))
    }

    @Test func `starting: an agent that gives up is settled by its exit, and what it said is the reason`() {
        let machine = Self.after(Self.starting(), .agentReported(Self.ending))
        #expect(machine.state == .starting)
        let failure = WakeFailure(.startFailed, detail: "postgres exited: signal 9", retryAfter: .seconds(1))
        expect(
            machine, .computeExited(generation: 3, cause: "exited 1"),
            [
                .disarm(.start), .note(.startFailed("postgres exited: signal 9")),
                .answerWaitingWakes(.failure(failure)), .arm(.backOff, after: .seconds(1), generation: 3),
            ], leaves: .backingOff(failure))
    }

    @Test func `starting: a generation that could not be stored starts nothing and is not used again`() {
        let failure = WakeFailure(.notStored, detail: "disk full", retryAfter: .seconds(1))
        var machine = Self.starting()
        expect(
            machine, .generationNotStored(generation: 3, cause: "disk full"),
            [
                .disarm(.start), .note(.startFailed("disk full")), .answerWaitingWakes(.failure(failure)),
                .arm(.backOff, after: .seconds(1), generation: 3),
            ], leaves: .backingOff(failure))
        _ = machine.handle(.generationNotStored(generation: 3, cause: "disk full"))
        _ = machine.handle(.timerFired(.backOff, generation: 3))
        #expect(machine.handle(.wakeRequested(seen: 0)).contains(.storeGeneration(4)))
    }

    @Test func `starting: a start that takes too long is stopped and answered for`() {
        let failure = WakeFailure(.startFailed, detail: "not running after \(EndpointLimits().start)")
        expect(
            Self.starting(), .timerFired(.start, generation: 3),
            [
                .answerWaitingWakes(.failure(failure)), .disarm(.idle), .note(.startTookTooLong),
                .stopCompute(generation: 3, .immediate), .arm(.stop, after: .seconds(5), generation: 3),
            ], leaves: .stopping(.immediate, wakeWaits: false))
    }

    @Test func `starting: suspending or closing answers those who wait`() {
        expect(
            Self.starting(), .suspendAsked(.fast),
            [
                .holdStop, .disarm(.start), .answerWaitingWakes(.failure(WakeFailure(.suspended))), .disarm(.idle),
                .note(.suspendAsked), .stopCompute(generation: 3, .fast),
                .arm(.stop, after: .seconds(30), generation: 3),
            ], leaves: .stopping(.fast, wakeWaits: false))
        expect(
            Self.starting(), .closeAsked,
            [
                .holdStop, .answerWaitingWakes(.failure(WakeFailure(.closing))), .disarm(.start), .disarm(.idle),
                .note(.closing), .stopCompute(generation: 3, .fast), .arm(.stop, after: .seconds(30), generation: 3),
            ], leaves: .stopping(.fast, wakeWaits: false))
    }

    @Test func `starting: nothing else does anything`() {
        expectIgnored(
            Self.starting(),
            [
                .agentReported(Self.preparing), .agentReported(AgentReport(generation: 2, phase: .ending)),
                .agentReported(AgentReport(generation: 4, phase: .serving(Self.location))),
                .computeExited(generation: 2, cause: ""), .generationNotStored(generation: 2, cause: ""),
                .timerFired(.start, generation: 2), .timerFired(.idle, generation: 3),
                .timerFired(.stop, generation: 3), .timerFired(.backOff, generation: 3),
            ])
    }

    @Test func `running: a wake is answered at once with what runs, also by those who have seen it`() {
        for seen: UInt64 in [0, 2, 3, .max] {
            expect(
                Self.serving(), .wakeRequested(seen: seen), [.answerWake(.success(Self.location))],
                leaves: .running(Self.location, isIdle: false))
        }
    }

    @Test func `running: a wake gives an idle compute its whole time again`() {
        expect(
            Self.idling(), .wakeRequested(seen: 3),
            [.answerWake(.success(Self.location)), .arm(.idle, after: .seconds(300), generation: 3)],
            leaves: .running(Self.location, isIdle: true))
    }

    @Test func `running: a proxy that has seen a later generation gets a compute after that one`() {
        let stops: [EndpointMachine.Action] = [
            .disarm(.idle), .note(.outrun(7)), .stopCompute(generation: 3, .fast),
            .arm(.stop, after: .seconds(30), generation: 3),
        ]
        expect(
            Self.serving(), .wakeRequested(seen: 7), [.holdWake] + stops, leaves: .stopping(.fast, wakeWaits: true))
        expect(
            Self.suspending(), .wakeRequested(seen: 7), [.holdWake, .disarm(.answer)] + stops,
            leaves: .stopping(.fast, wakeWaits: true))
        var machine = Self.after(Self.serving(), .wakeRequested(seen: 7))
        let actions = machine.handle(.computeExited(generation: 3, cause: "exited 0"))
        #expect(actions.contains(.startCompute(generation: 8)) && machine.generation == 8)
        // Nor is nonsense followed that comes while it starts, or stops.
        let limit = EndpointLimits.forgottenGenerations
        for seen in [3 + limit, 4 + limit] {
            machine = Self.after(
                Self.starting(), .wakeRequested(seen: seen), .suspendAsked(.fast), .wakeRequested(seen: seen))
            _ = machine.handle(.computeExited(generation: 3, cause: "exited 0"))
            #expect(machine.generation == (seen == 3 + limit ? seen + 1 : 4))
        }
    }

    @Test func `running: idle for long enough is asked to stop, but neither active nor unknown is`() {
        expect(
            Self.serving(), .agentReported(Self.idle(.seconds(100))),
            [.arm(.idle, after: .seconds(200), generation: 3)], leaves: .running(Self.location, isIdle: true))
        expect(
            Self.serving(), .agentReported(Self.idle(.seconds(400))), [.arm(.idle, after: .zero, generation: 3)],
            leaves: .running(Self.location, isIdle: true))
        expect(
            Self.idling(), .timerFired(.idle, generation: 3),
            [.askToStop(generation: 3, sequence: 4), .arm(.answer, after: .seconds(10), generation: 3)],
            leaves: .suspending(Self.location, wakeWaits: false))
        expect(
            Self.idling(), .agentReported(Self.running), [.disarm(.idle)],
            leaves: .running(Self.location, isIdle: false))
        expectIgnored(Self.serving(), [.timerFired(.idle, generation: 3)])
    }

    @Test func `running: without a limit nothing is ever suspended for being idle`() {
        var limits = Self.limits
        limits.suspendAfter = nil
        let machine = Self.after(
            EndpointMachine(generation: 2, limits: limits), .wakeRequested(seen: 0), .agentReported(Self.running))
        expect(
            machine, .agentReported(Self.idle(.seconds(1_000_000))), [],
            leaves: .running(Self.location, isIdle: true))
    }

    @Test func `running: an agent that says it ends is waited for`() {
        expect(
            Self.serving(), .agentReported(Self.ending),
            [.disarm(.idle), .arm(.stop, after: .seconds(30), generation: 3)],
            leaves: .stopping(.fast, wakeWaits: false))
    }

    @Test func `running: a process that dies leaves it asleep, and the next wake is the next generation`() {
        var machine = Self.serving()
        expect(
            machine, .computeExited(generation: 3, cause: "signal 9"), [.disarm(.idle), .note(.crashed("signal 9"))],
            leaves: .asleep)
        _ = machine.handle(.computeExited(generation: 3, cause: "signal 9"))
        expect(machine, .wakeRequested(seen: 3), [.holdWake] + Self.startsFourth, leaves: .starting)
    }

    @Test func `running: suspending and closing stop it`() {
        expect(
            Self.serving(), .suspendAsked(.immediate),
            [
                .holdStop, .disarm(.idle), .note(.suspendAsked), .stopCompute(generation: 3, .immediate),
                .arm(.stop, after: .seconds(5), generation: 3),
            ], leaves: .stopping(.immediate, wakeWaits: false))
        expect(
            Self.serving(), .closeAsked,
            [
                .holdStop, .disarm(.idle), .note(.closing), .stopCompute(generation: 3, .fast),
                .arm(.stop, after: .seconds(30), generation: 3),
            ], leaves: .stopping(.fast, wakeWaits: false))
    }

    @Test func `running: nothing else does anything`() {
        expectIgnored(
            Self.serving(),
            [
                .agentReported(Self.preparing), .agentReported(AgentReport(generation: 2, phase: .ending)),
                .computeExited(generation: 2, cause: ""), .generationNotStored(generation: 3, cause: ""),
                .timerFired(.start, generation: 3), .timerFired(.stop, generation: 3),
                .timerFired(.backOff, generation: 3),
            ])
    }

    @Test func `suspending: an agent that stops is waited for, and so is whoever wakes meanwhile`() {
        let stops: [EndpointMachine.Action] = [.disarm(.answer), .arm(.stop, after: .seconds(90), generation: 3)]
        expect(
            Self.suspending(), .agentReported(AgentReport(generation: 3, phase: .ending)), stops,
            leaves: .stopping(.fast, wakeWaits: false))
        expect(
            Self.suspending(), .wakeRequested(seen: 3), [.holdWake],
            leaves: .suspending(Self.location, wakeWaits: true))
        expect(
            Self.suspendingAwaited(), .agentReported(AgentReport(generation: 3, phase: .ending)), stops,
            leaves: .stopping(.fast, wakeWaits: true))
    }

    @Test func `suspending: an agent that stays is asked again when it was idle for long enough again`() {
        expect(
            Self.suspending(), .agentReported(Self.running), [.disarm(.answer), .disarm(.idle)],
            leaves: .running(Self.location, isIdle: false))
        expect(
            Self.suspending(), .agentReported(Self.idle(.seconds(100))),
            [.disarm(.answer), .arm(.idle, after: .seconds(200), generation: 3)],
            leaves: .running(Self.location, isIdle: true))
        // On its way in is not yet seen, so the time says idle still.
        expect(
            Self.suspending(), .agentReported(Self.idle(.seconds(400))),
            [.disarm(.answer), .arm(.idle, after: .seconds(1), generation: 3)],
            leaves: .running(Self.location, isIdle: true))
        expect(
            Self.suspendingAwaited(), .agentReported(Self.idle(.seconds(400))),
            [
                .disarm(.answer), .answerWaitingWakes(.success(Self.location)),
                .arm(.idle, after: .seconds(300), generation: 3),
            ], leaves: .running(Self.location, isIdle: true))
        expect(
            Self.suspendingAwaited(), .agentReported(Self.preparing),
            [.disarm(.answer), .answerWaitingWakes(.success(Self.location))],
            leaves: .running(Self.location, isIdle: false))
    }

    @Test func `suspending: an agent that does not answer is left alone`() {
        expect(
            Self.suspendingAwaited(), .timerFired(.answer, generation: 3),
            [
                .note(.idleUnanswered), .answerWaitingWakes(.success(Self.location)),
                .arm(.idle, after: .seconds(300), generation: 3),
            ], leaves: .running(Self.location, isIdle: true))
        expect(
            Self.suspending(), .timerFired(.answer, generation: 3),
            [.note(.idleUnanswered), .arm(.idle, after: .seconds(300), generation: 3)],
            leaves: .running(Self.location, isIdle: true))
    }

    @Test func `suspending: a process that dies leaves it asleep, or starts the next for whoever waits`() {
        let settled: [EndpointMachine.Action] = [.disarm(.answer), .note(.crashed("signal 9"))]
        expect(
            Self.suspending(), .computeExited(generation: 3, cause: "signal 9"), settled, leaves: .asleep)
        expect(
            Self.suspendingAwaited(), .computeExited(generation: 3, cause: "signal 9"), settled + Self.startsFourth,
            leaves: .starting)
    }

    @Test func `suspending: suspending and closing stop it, asked or not`() {
        expect(
            Self.suspendingAwaited(), .suspendAsked(.fast),
            [
                .holdStop, .disarm(.answer), .disarm(.idle), .note(.suspendAsked), .stopCompute(generation: 3, .fast),
                .arm(.stop, after: .seconds(30), generation: 3),
            ], leaves: .stopping(.fast, wakeWaits: true))
        expect(
            Self.suspendingAwaited(), .closeAsked,
            [
                .holdStop, .answerWaitingWakes(.failure(WakeFailure(.closing))), .disarm(.answer), .disarm(.idle),
                .note(.closing), .stopCompute(generation: 3, .fast), .arm(.stop, after: .seconds(30), generation: 3),
            ], leaves: .stopping(.fast, wakeWaits: false))
    }

    @Test func `suspending: nothing else does anything`() {
        expectIgnored(
            Self.suspending(),
            [
                .agentReported(AgentReport(generation: 2, phase: .ending)), .computeExited(generation: 2, cause: ""),
                .generationNotStored(generation: 3, cause: ""), .timerFired(.start, generation: 3),
                .timerFired(.idle, generation: 3), .timerFired(.stop, generation: 3),
                .timerFired(.backOff, generation: 3), .timerFired(.answer, generation: 2),
            ])
    }

    @Test func `stopping: a wake waits for the exit, then the next generation starts`() {
        expect(
            Self.stopping(), .wakeRequested(seen: 3), [.holdWake], leaves: .stopping(.fast, wakeWaits: true))
        expect(
            Self.stoppingAwaited(), .computeExited(generation: 3, cause: "exited 0"),
            [.disarm(.stop), .note(.ended("exited 0")), .answerWaitingStops] + Self.startsFourth, leaves: .starting)
    }

    @Test func `stopping: without a wake the exit leaves it asleep`() {
        expect(
            Self.stopping(), .computeExited(generation: 3, cause: "exited 0"),
            [.disarm(.stop), .note(.ended("exited 0")), .answerWaitingStops], leaves: .asleep)
    }

    @Test func `stopping: too slow is stopped harder, and then killed`() {
        var machine = Self.stoppingAwaited()
        expect(
            machine, .timerFired(.stop, generation: 3),
            [
                .note(.stopEscalated(.immediate)), .stopCompute(generation: 3, .immediate),
                .arm(.stop, after: .seconds(5), generation: 3),
            ], leaves: .stopping(.immediate, wakeWaits: true))
        _ = machine.handle(.timerFired(.stop, generation: 3))
        expect(
            machine, .timerFired(.stop, generation: 3),
            [
                .note(.stopEscalated(.kill)), .stopCompute(generation: 3, .kill),
                .arm(.stop, after: .seconds(5), generation: 3),
            ], leaves: .stopping(.kill, wakeWaits: true))
    }

    @Test func `stopping: a second suspend waits too, and only a harder one is passed on`() {
        expect(Self.stopping(), .suspendAsked(.fast), [.holdStop], leaves: .stopping(.fast, wakeWaits: false))
        expect(
            Self.stoppingAwaited(), .suspendAsked(.immediate),
            [
                .holdStop, .stopCompute(generation: 3, .immediate), .arm(.stop, after: .seconds(5), generation: 3),
            ], leaves: .stopping(.immediate, wakeWaits: true))
    }

    @Test func `stopping: closing forgets the wake that waits`() {
        var machine = Self.stoppingAwaited()
        expect(
            machine, .closeAsked,
            [
                .holdStop, .answerWaitingWakes(.failure(WakeFailure(.closing))), .stopCompute(generation: 3, .fast),
            ], leaves: .stopping(.fast, wakeWaits: false))
        _ = machine.handle(.closeAsked)
        expect(
            machine, .computeExited(generation: 3, cause: "exited 0"),
            [.disarm(.stop), .note(.ended("exited 0")), .answerWaitingStops], leaves: .asleep)
        #expect(machine.handle(.wakeRequested(seen: 3)) == [.answerWake(.failure(WakeFailure(.closing)))])
    }

    @Test func `stopping: nothing else does anything`() {
        expectIgnored(
            Self.stopping(),
            [
                .agentReported(Self.running), .agentReported(Self.preparing), .agentReported(Self.ending),
                .generationNotStored(generation: 3, cause: ""), .computeExited(generation: 2, cause: ""),
                .timerFired(.start, generation: 3), .timerFired(.idle, generation: 3),
                .timerFired(.backOff, generation: 3), .timerFired(.stop, generation: 2),
            ])
    }

    @Test func `backing off: a wake gets the same failure at once, until the timer fires`() {
        expect(
            Self.backingOff(), .wakeRequested(seen: 3), [.answerWake(.failure(Self.failed))],
            leaves: .backingOff(Self.failed))
        expect(Self.backingOff(), .timerFired(.backOff, generation: 3), [], leaves: .asleep)
    }

    @Test func `backing off: each further failure waits twice as long, up to a limit, until a start succeeds`() {
        var machine = Self.asleep()
        var delays: [Duration] = []
        for _ in 0..<8 {
            _ = machine.handle(.wakeRequested(seen: 0))
            let actions = machine.handle(.computeExited(generation: machine.generation, cause: "exited 1"))
            for case .arm(.backOff, let delay, _) in actions { delays.append(delay) }
            _ = machine.handle(.timerFired(.backOff, generation: machine.generation))
        }
        #expect(delays == [1, 2, 4, 8, 16, 30, 30, 30].map { .seconds($0) })
        _ = machine.handle(.wakeRequested(seen: 0))
        _ = machine.handle(
            .agentReported(AgentReport(generation: machine.generation, phase: .serving(Self.location))))
        _ = machine.handle(.computeExited(generation: machine.generation, cause: "signal 9"))
        _ = machine.handle(.wakeRequested(seen: 0))
        let actions = machine.handle(.computeExited(generation: machine.generation, cause: "exited 1"))
        #expect(actions.last == .arm(.backOff, after: .seconds(1), generation: machine.generation))
    }

    @Test func `backing off: what fails again is not worth waiting for`() {
        var machine = Self.backingOff()
        for isLasting in [false, true, true] {
            guard case .backingOff(let failure) = machine.state else {
                Issue.record("not backing off")
                return
            }
            #expect(failure.isLasting == isLasting)
            #expect(machine.handle(.wakeRequested(seen: 0)) == [.answerWake(.failure(failure))])
            _ = machine.handle(.timerFired(.backOff, generation: machine.generation))
            _ = machine.handle(.wakeRequested(seen: 0))
            _ = machine.handle(.computeExited(generation: machine.generation, cause: "exited 1"))
        }
    }

    @Test func `backing off: nothing else does anything`() {
        expect(Self.backingOff(), .suspendAsked(.fast), [.answerStop], leaves: .backingOff(Self.failed))
        expect(
            Self.backingOff(), .closeAsked,
            [.answerWaitingWakes(.failure(WakeFailure(.closing))), .disarm(.backOff), .answerStop],
            leaves: .backingOff(Self.failed))
        expectIgnored(
            Self.backingOff(),
            [
                .agentReported(Self.running), .agentReported(Self.preparing), .agentReported(Self.ending),
                .computeExited(generation: 3, cause: ""), .generationNotStored(generation: 3, cause: ""),
                .timerFired(.start, generation: 3), .timerFired(.idle, generation: 3),
                .timerFired(.stop, generation: 3), .timerFired(.backOff, generation: 2),
            ])
    }

    @Test func `whatever comes, a compute is started only when none runs, and under a new generation`() {
        let inputs: [EndpointMachine.Input] = [
            .wakeRequested(seen: 0), .suspendAsked(.fast), .suspendAsked(.immediate), .closeAsked,
        ]
        for seed in 0..<2000 {
            var dice = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
            var (machine, runs, last) = (Self.asleep(), false, UInt64(2))
            for _ in 0..<40 {
                dice ^= dice << 13
                dice ^= dice >> 7
                dice ^= dice << 17
                let generation = machine.generation
                let input: EndpointMachine.Input
                switch dice % 10 {
                case 0 where runs, 1 where runs:
                    input = .computeExited(generation: generation, cause: "exited 0")
                    runs = false
                case 2 where runs, 3 where runs:
                    input = .agentReported(AgentReport(generation: generation, phase: .serving(Self.location)))
                case 4 where runs: input = .agentReported(AgentReport(generation: generation, phase: .ending))
                case 5: input = .timerFired(.backOff, generation: generation)
                case 6: input = .timerFired(dice >> 40 % 2 == 0 ? .stop : .idle, generation: generation)
                case 7: input = inputs[Int(dice >> 32) % 3 + (dice >> 40 % 50 == 0 ? 1 : 0)]
                default: input = .wakeRequested(seen: 0)
                }
                var stored = last
                for action in machine.handle(input) {
                    if case .storeGeneration(let generation) = action { stored = generation }
                    if case .startCompute(let generation) = action {
                        #expect(!runs && generation == last + 1 && generation == stored, "seed \(seed)")
                        (runs, last) = (true, generation)
                    }
                }
            }
        }
    }
}
