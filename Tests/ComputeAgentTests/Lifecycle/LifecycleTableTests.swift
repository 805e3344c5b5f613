import Gossip
import Testing

@testable import ComputeAgent

/// The whole table: one line per state, one word per event. What a word says: `>x` moves to state x, `.` is ignored,
/// `no` is refused, `=` keeps the state but reports; actions follow in brackets.
@Suite struct LifecycleTableTests {
    static let events: [(name: String, event: LifecycleEvent)] = [
        ("configure", .configureRequested),
        ("startup-began", .startupBegan),
        ("reconfig-began", .reconfigurationBegan),
        ("applied", .configurationApplied),
        ("config-failed", .configurationFailed("boom")),
        ("no-spec", .specNotObtained("boom")),
        ("taken-over", .takenOverAsItWas("boom")),
        ("refresh", .refreshRequested),
        ("refresh-began", .refreshBegan),
        ("no-change", .refreshFoundNoChange),
        ("change", .refreshFoundChange),
        ("refresh-failed", .refreshFailed("boom")),
        ("detached", .detached),
        ("pg-exited", .postgresExited("signal 9")),
        ("term-fast", .terminateRequested(.fast, reason: "asked")),
        ("term-immediate", .terminateRequested(.immediate, reason: "asked")),
        ("term-called", .terminateCalled(.fast)),
        ("term-called-now", .terminateCalled(.immediate)),
        ("stopped", .shutdownCompleted(.at(LSN(7)))),
        ("activity", .activityObserved(.active(lastActiveMicros: 7))),
        ("silent", .postgresSilent("for 30 s")),
        ("idle-ask", .idleStopRequested(at: FactVersion(generation: 1, sequence: 3))),
        ("idle-ask-late", .idleStopRequested(at: FactVersion(generation: 1, sequence: 2))),
        ("idle-sure", .idleConfirmed(at: FactVersion(generation: 1, sequence: 3))),
        ("idle-sure-late", .idleConfirmed(at: FactVersion(generation: 1, sequence: 2))),
        ("idle-not", .idleRefuted),
        ("secrets", .roleSecretsChanged(revision: 9)),
        ("unwell", .healthChanged(.lease, "lease lost", isWell: false)),
        ("well", .healthChanged(.lease, "lease held", isWell: true)),
        (
            "scale",
            .scaleWished(
                ScaleWish(memoryBytes: 2, limitBytes: 1, usedBytes: 1, stallPermille: 0, reason: "memory is used up"))
        ),
    ]

    static let golden = """
        empty
          configure       >configuration_pending [take]
          no-spec         >failed [abandon]
          refresh         no
          term-fast       >termination_pending_fast [stop-fast]
          term-immediate  >termination_pending_immediate [stop-immediate]
          term-called     >termination_pending_fast [stop-fast]
          term-called-now >termination_pending_immediate [stop-immediate]
          idle-sure       . [keep]
          idle-sure-late  . [keep]
        configuration_pending
          configure       no
          startup-began   >init [start]
          reconfig-began  >configuration [reconfigure]
          refresh         no
          pg-exited       >failed [abandon]
          term-fast       >termination_pending_fast [stop-fast]
          term-immediate  >termination_pending_immediate [stop-immediate]
          term-called     >termination_pending_fast [stop-fast]
          term-called-now >termination_pending_immediate [stop-immediate]
          silent          >failed [abandon]
          idle-sure       . [keep]
          idle-sure-late  . [keep]
          secrets         =
        configuration
          configure       no
          applied         >running
          config-failed   >running
          refresh         no
          pg-exited       >failed [abandon]
          term-fast       >termination_pending_fast [stop-fast]
          term-immediate  >termination_pending_immediate [stop-immediate]
          term-called     >termination_pending_fast [stop-fast]
          term-called-now >termination_pending_immediate [stop-immediate]
          silent          >failed [abandon]
          idle-sure       . [keep]
          idle-sure-late  . [keep]
          secrets         =
        init
          configure       no
          applied         >running
          config-failed   >failed [abandon]
          taken-over      >running
          pg-exited       >failed [abandon]
          term-fast       >termination_pending_fast [stop-fast]
          term-immediate  >termination_pending_immediate [stop-immediate]
          term-called     >termination_pending_fast [stop-fast]
          term-called-now >termination_pending_immediate [stop-immediate]
          idle-sure       . [keep]
          idle-sure-late  . [keep]
        running
          configure       >configuration_pending [take]
          refresh         >refresh_configuration_pending [fetch]
          pg-exited       >failed [abandon]
          term-fast       >termination_pending_fast [stop-fast]
          term-immediate  >termination_pending_immediate [stop-immediate]
          term-called     >termination_pending_fast [stop-fast]
          term-called-now >termination_pending_immediate [stop-immediate]
          activity        =
          silent          >failed [abandon]
          idle-ask        . [confirm-idle]
          idle-sure       >termination_pending_fast [stop-idle]
          idle-sure-late  . [keep]
          idle-not        =
          secrets         =
          unwell          =
          well            =
          scale           =
        refresh_configuration_pending
          configure       >configuration_pending [take]
          refresh-began   >refresh_configuration
          pg-exited       >failed [abandon]
          term-fast       >termination_pending_fast [stop-fast]
          term-immediate  >termination_pending_immediate [stop-immediate]
          term-called     >termination_pending_fast [stop-fast]
          term-called-now >termination_pending_immediate [stop-immediate]
          silent          >failed [abandon]
          idle-sure       . [keep]
          idle-sure-late  . [keep]
          secrets         =
        refresh_configuration
          configure       no
          applied         >running
          config-failed   >refresh_configuration_pending [retry]
          no-change       >running
          change          . [reconfigure]
          refresh-failed  >refresh_configuration_pending [retry]
          detached        >termination_pending_fast [stop-fast]
          pg-exited       >failed [abandon]
          term-fast       >termination_pending_fast [stop-fast]
          term-immediate  >termination_pending_immediate [stop-immediate]
          term-called     >termination_pending_fast [stop-fast]
          term-called-now >termination_pending_immediate [stop-immediate]
          silent          >failed [abandon]
          idle-sure       . [keep]
          idle-sure-late  . [keep]
          secrets         =
        failed
          configure       no
          refresh         no
          term-fast       >termination_pending_fast [stop-fast]
          term-immediate  >termination_pending_immediate [stop-immediate]
          term-called     >termination_pending_fast [stop-fast]
          term-called-now >termination_pending_immediate [stop-immediate]
          idle-sure       . [keep]
          idle-sure-late  . [keep]
        termination_pending_fast
          configure       no
          refresh         no
          term-immediate  >termination_pending_immediate [stop-immediate]
          term-called-now >termination_pending_immediate [stop-immediate]
          stopped         >terminated [finish-none]
          idle-sure       . [keep]
          idle-sure-late  . [keep]
        termination_pending_immediate
          configure       no
          refresh         no
          stopped         >terminated [finish-none]
          idle-sure       . [keep]
          idle-sure-late  . [keep]
        terminated
          configure       no
          refresh         no
          term-fast       . [hurry]
          term-immediate  . [hurry]
          idle-sure       . [keep]
          idle-sure-late  . [keep]

        """

    @Test func `every event in every state`() {
        var table = ""
        for state in ComputeState.allCases {
            table += state.rawValue + "\n"
            for (name, event) in Self.events {
                var lifecycle = Self.lifecycle(in: state)
                let answer = Self.describe(lifecycle.handle(event, atUnixMicros: 1), from: state)
                guard answer != "." else { continue }
                table += "  " + name.padded(to: 16) + answer + "\n"
            }
        }
        // The table reads in the order of a life, which is not the order of declaration.
        #expect(Self.sections(table) == Self.sections(Self.golden))
    }

    @Test func `ending is accepted in every state that has not ended`() {
        for state in ComputeState.allCases where ![.terminated].contains(state) {
            var lifecycle = Self.lifecycle(in: state)
            _ = lifecycle.handle(.terminateRequested(.immediate, reason: "asked"), atUnixMicros: 1)
            #expect(lifecycle.state == .terminationPendingImmediate)
            _ = lifecycle.handle(.configureRequested, atUnixMicros: 2)
            _ = lifecycle.handle(.configurationApplied, atUnixMicros: 2)
            _ = lifecycle.handle(.postgresExited("code 0"), atUnixMicros: 2)
            #expect(lifecycle.state == .terminationPendingImmediate)
            _ = lifecycle.handle(.shutdownCompleted(.notObtained("asked for at once")), atUnixMicros: 3)
            #expect(lifecycle.state == .terminated)
        }
    }

    @Test func `terminated is the end`() {
        for (_, event) in Self.events {
            var lifecycle = Self.lifecycle(in: .terminated)
            let actions = lifecycle.handle(event, atUnixMicros: 1)
            #expect(lifecycle.state == .terminated)
            #expect(actions.allSatisfy { [.refuse(.terminated), .keepServing, .endLinger].contains($0) })
        }
    }

    /// Any walk through the table: numbers rise by one, every report continues where the last one ended.
    @Test(arguments: UInt64(0)..<200) func `transitions are numbered without a gap and join up`(seed: UInt64) {
        _ = Self.walk(seed)
    }

    @Test func `those walks come through every state, and more than one step at once`() {
        var visits: [ComputeState: Int] = [:]
        var doubles = 0
        for seed in UInt64(0)..<200 {
            let walk = Self.walk(seed)
            for state in walk.states { visits[state, default: 0] += 1 }
            doubles += walk.doubles
        }
        // Of 200: how many a state can be sure of, when one fails early and another ends early.
        for state in ComputeState.allCases { #expect(visits[state, default: 0] >= 20, "\(state)") }
        #expect(doubles >= 20)
    }

    /// Nothing ends it before this step, but for what fails.
    private static let lifeSteps = 40

    /// - Returns: the states it came through, and how often one event made two steps.
    private static func walk(_ seed: UInt64) -> (states: Set<ComputeState>, doubles: Int) {
        var dice = WalkDice(state: seed)
        var lifecycle = ComputeLifecycle(generation: 9)
        var last = (sequence: UInt64(0), state: ComputeState.empty)
        var (states, doubles): (Set<ComputeState>, Int) = ([.empty], 0)
        for step in 1...60 {
            let events = likely(in: lifecycle, mayEnd: step > lifeSteps)
            let event = events[Int(dice.next() % UInt64(events.count))]
            let reports = lifecycle.handle(event, atUnixMicros: Int64(step)).compactMap(\.transition)
            for report in reports {
                #expect(report.version == FactVersion(generation: 9, sequence: last.sequence + 1))
                #expect(report.previousState == last.state)
                #expect(report.atUnixMicros == Int64(step))
                #expect(report.activity == .unknown || report.state == .running)
                #expect((report.state == .failed) ? !report.error.isEmpty : true)
                last = (report.version.sequence, report.state)
            }
            #expect(lifecycle.state == last.state, "a state changed without a report")
            // What is not well is told by a step of its own, behind the one into `running`; nothing else makes two.
            #expect(reports.count <= 1 || reports.map(\.state) == [.running, .running] && !reports[0].isActivityOnly)
            #expect(reports.count <= 2 && reports.dropFirst().allSatisfy { $0.isActivityOnly && !$0.error.isEmpty })
            states.insert(lifecycle.state)
            doubles += reports.count > 1 ? 1 : 0
        }
        return (states, doubles)
    }

    /// Every event once, so that each comes at every wrong moment too, and those that the state answers three times more.
    private static func likely(in lifecycle: ComputeLifecycle, mayEnd: Bool) -> [LifecycleEvent] {
        var events: [LifecycleEvent] = []
        for (_, event) in Self.events {
            var trial = lifecycle
            let isAnswered = trial.handle(event, atUnixMicros: 0).contains { $0.transition != nil }
            let ends = trial.state != lifecycle.state && (trial.state.isEnding || trial.state == .failed)
            if ends, !mayEnd { continue }
            events += Array(repeating: event, count: isAnswered ? 4 : 1)
        }
        return events
    }

    @Test func `a start tells its story in order`() {
        var lifecycle = ComputeLifecycle(generation: 3)
        let story: [LifecycleEvent] = [
            .configureRequested, .startupBegan, .configurationApplied,
            .activityObserved(.active(lastActiveMicros: 50)), .activityObserved(.idle(sinceMicros: 60)),
            .terminateRequested(.fast, reason: "told to stop"), .postgresExited("code 0"),
            .shutdownCompleted(.at(LSN(7))),
        ]
        let reports = story.flatMap { lifecycle.handle($0, atUnixMicros: 10) }.compactMap(\.transition)
        #expect(
            reports.map(\.state) == [
                .configurationPending, .`init`, .running, .running, .running, .terminationPendingFast, .terminated,
            ])
        #expect(reports.map(\.version.sequence) == [1, 2, 3, 4, 5, 6, 7])
        #expect(reports[2].activity == .idle(sinceMicros: 10))
        #expect(reports[3].isActivityOnly)
        #expect(reports[5].reason == "told to stop")
    }

    @Test func `a compute that is in use is not stopped for having been idle`() {
        let now = FactVersion(generation: 1, sequence: 3)
        for activity in [Activity.active(lastActiveMicros: 7), .unknown, .idle(sinceMicros: 7)] {
            var lifecycle = Self.lifecycle(in: .running)
            #expect(lifecycle.handle(.idleStopRequested(at: now), atUnixMicros: 1) == [.confirmIdle(at: now)])
            _ = lifecycle.handle(.activityObserved(activity), atUnixMicros: 2)
            #expect(lifecycle.handle(.idleConfirmed(at: now), atUnixMicros: 3) == [.keepServing])
            #expect(lifecycle.handle(.idleStopRequested(at: now), atUnixMicros: 3).isEmpty)
            let latest = FactVersion(generation: 1, sequence: 4)
            let isIdle = activity == .idle(sinceMicros: 7)
            #expect(lifecycle.handle(.idleStopRequested(at: latest), atUnixMicros: 3).isEmpty == !isIdle)
            #expect(lifecycle.state == .running)
        }
    }

    @Test func `a change of secrets is carried by every transition after it`() {
        for state in ComputeState.allCases {
            var lifecycle = Self.lifecycle(in: state)
            lifecycle.agentAddress = "10.0.0.1:3082"
            let told = lifecycle.handle(.roleSecretsChanged(revision: 77), atUnixMicros: 1).compactMap(\.transition)
            let later = lifecycle.handle(.terminateRequested(.immediate, reason: ""), atUnixMicros: 2)
            for transition in told + later.compactMap(\.transition) {
                #expect(transition.roleSecretsRevision == 77 && transition.agentAddress == "10.0.0.1:3082")
            }
            #expect(told.allSatisfy { $0.isActivityOnly })
        }
    }

    @Test func `a change that fails keeps its text, and whoever hears of it goes on dialling`() {
        let recoveries: [[LifecycleEvent]] = [
            [.refreshRequested, .refreshBegan, .refreshFoundChange, .configurationApplied],
            [.configureRequested, .reconfigurationBegan, .configurationApplied],
        ]
        for recovery in recoveries {
            var lifecycle = Self.lifecycle(in: .configuration)
            let failed = lifecycle.handle(.configurationFailed("role exploded"), atUnixMicros: 1)
                .compactMap(\.transition)
            #expect(failed.map(\.refusal) == ["role exploded"])
            #expect(failed.map(\.state) == [.running])
            #expect(failed.allSatisfy { $0.activity != .unknown })
            let others = recovery.flatMap { lifecycle.handle($0, atUnixMicros: 2) }.compactMap(\.transition)
            #expect(others.allSatisfy { $0.refusal == nil && $0.error.isEmpty })
            #expect(lifecycle.state == .running)
        }
    }

    @Test func `what is not well is told again and again until it is well, and is no verdict on a change`() {
        var lifecycle = Self.lifecycle(in: .`init`)
        #expect(lifecycle.handle(.healthChanged(.lease, "lease lost", isWell: false), atUnixMicros: 1).isEmpty)
        let started = lifecycle.handle(.configurationApplied, atUnixMicros: 2).compactMap(\.transition)
        #expect(started.map(\.error) == ["", "lease lost"] && started.allSatisfy { $0.refusal == nil })
        // Whatever is told next says it as well: this one may be all that arrives.
        for event in [LifecycleEvent.activityObserved(.unknown), .scaleWished(nil), .roleSecretsChanged(revision: 1)] {
            #expect(lifecycle.handle(event, atUnixMicros: 3).compactMap(\.transition).map(\.error) == ["lease lost"])
        }
        let changes: [LifecycleEvent] = [
            .configureRequested, .reconfigurationBegan, .configurationFailed("no such role"),
        ]
        let told = changes.flatMap { lifecycle.handle($0, atUnixMicros: 4) }.compactMap(\.transition)
        #expect(told.map(\.error) == ["", "", "no such role", "no such role; lease lost"])
        #expect(told.map(\.refusal) == [nil, nil, "no such role", nil])
        // Also the change that failed: whoever begins to listen now hears of nothing else.
        #expect(
            lifecycle.handle(.activityObserved(.active(lastActiveMicros: 4)), atUnixMicros: 4).compactMap(\.transition)
                .map(\.error) == ["no such role; lease lost"])
        // Well again while it is looked after otherwise.
        _ = lifecycle.handle(.refreshRequested, atUnixMicros: 5)
        _ = lifecycle.handle(.refreshBegan, atUnixMicros: 5)
        #expect(lifecycle.handle(.healthChanged(.lease, "lease held", isWell: true), atUnixMicros: 6).isEmpty)
        let refreshed = lifecycle.handle(.refreshFoundNoChange, atUnixMicros: 7).compactMap(\.transition)
        #expect(refreshed.map(\.error) == [""])
        // Each by itself: what is well again takes nothing else along.
        _ = lifecycle.handle(.healthChanged(.rights, "no rights", isWell: false), atUnixMicros: 8)
        let both = lifecycle.handle(.healthChanged(.lease, "lease lost", isWell: false), atUnixMicros: 8)
        #expect(both.compactMap(\.transition).map(\.error) == ["lease lost; no rights"])
        let one = lifecycle.handle(.healthChanged(.lease, "lease held", isWell: true), atUnixMicros: 9)
        #expect(one.compactMap(\.transition).map(\.error) == ["no rights"])
    }

    @Test func `a refresh does not make idle what nobody can look at`() {
        var lifecycle = Self.lifecycle(in: .running)
        for event in [.activityObserved(.unknown), .refreshRequested, .refreshBegan] as [LifecycleEvent] {
            _ = lifecycle.handle(event, atUnixMicros: 1)
        }
        let told = lifecycle.handle(.refreshFoundNoChange, atUnixMicros: 2).compactMap(\.transition)
        #expect(told.map(\.activity) == [.unknown] && lifecycle.activity == .unknown)
    }

    @Test func `a refresh that is asked for while one is applied is made after it`() {
        var lifecycle = Self.lifecycle(in: .refreshConfiguration)
        #expect(lifecycle.handle(.refreshRequested, atUnixMicros: 1).isEmpty)
        #expect(lifecycle.handle(.refreshFoundChange, atUnixMicros: 2) == [.reconfigure])
        let applied = lifecycle.handle(.configurationApplied, atUnixMicros: 3)
        #expect(lifecycle.state == .refreshConfigurationPending)
        #expect(applied.contains(.fetchSpec))
        // Once: what was asked for before this fetch is in it.
        _ = lifecycle.handle(.refreshBegan, atUnixMicros: 4)
        _ = lifecycle.handle(.refreshFoundNoChange, atUnixMicros: 5)
        #expect(lifecycle.state == .running)
    }

    @Test func `whoever ends it over HTTP may look at what is left, unless a signal comes too`() {
        let stopped = LifecycleEvent.shutdownCompleted(.at(LSN(7)))
        let stories: [([LifecycleEvent], Linger)] = [
            ([.terminateCalled(.fast), stopped], .long),
            ([.terminateCalled(.immediate), stopped], .brief),
            ([.terminateCalled(.fast), .terminateCalled(.immediate), stopped], .brief),
            ([.terminateCalled(.fast), .terminateCalled(.fast), stopped], .long),
            ([.terminateCalled(.fast), .terminateRequested(.fast, reason: "signal"), stopped], .none),
            ([.terminateRequested(.fast, reason: "signal"), .terminateCalled(.fast), stopped], .none),
        ]
        for (events, linger) in stories {
            var lifecycle = Self.lifecycle(in: .running)
            let actions = events.flatMap { lifecycle.handle($0, atUnixMicros: 1) }
            #expect(actions.contains(.finish(linger)), "\(events)")
            #expect(lifecycle.handle(.terminateRequested(.fast, reason: "signal"), atUnixMicros: 2) == [.endLinger])
        }
    }

    @Test func `the last report says where the log ends, or why nobody knows`() {
        for (position, words) in [(FinalPosition.at(LSN(0x1_0000_00A0)), "1/A0"), (.notObtained("no disk"), "no disk")]
        {
            var lifecycle = Self.lifecycle(in: .terminationPendingFast)
            let report = lifecycle.handle(.shutdownCompleted(position), atUnixMicros: 1).compactMap(\.transition).first
            #expect(report?.reason.contains(words) == true)
        }
    }

    // MARK: Helpers

    private static func lifecycle(in state: ComputeState) -> ComputeLifecycle {
        let running: [LifecycleEvent] = [.configureRequested, .startupBegan, .configurationApplied]
        let path: [LifecycleEvent] =
            switch state {
            case .empty: []
            case .configurationPending: [.configureRequested]
            case .configuration: running + [.configureRequested, .reconfigurationBegan]
            case .`init`: [.configureRequested, .startupBegan]
            case .running: running
            case .refreshConfigurationPending: running + [.refreshRequested]
            case .refreshConfiguration: running + [.refreshRequested, .refreshBegan]
            case .failed: running + [.postgresExited("gone")]
            case .terminationPendingFast: running + [.terminateRequested(.fast, reason: "")]
            case .terminationPendingImmediate: running + [.terminateRequested(.immediate, reason: "")]
            case .terminated: [.terminateRequested(.fast, reason: ""), .shutdownCompleted(.at(LSN(7)))]
            }
        var lifecycle = ComputeLifecycle(generation: 1)
        for event in path { _ = lifecycle.handle(event, atUnixMicros: 0) }
        precondition(lifecycle.state == state)
        return lifecycle
    }

    private static func sections(_ table: String) -> Set<String> {
        var sections: [String] = []
        for line in table.split(separator: "\n") {
            if line.hasPrefix(" ") {
                sections[sections.count - 1] += "\n" + line
            } else {
                sections.append(String(line))
            }
        }
        return Set(sections)
    }

    private static func describe(_ actions: [LifecycleAction], from state: ComputeState) -> String {
        var move = "."
        var words: [String] = []
        for action in actions {
            switch action {
            case .report(let report): move = report.state == state ? "=" : ">" + report.state.rawValue
            case .takeConfiguration: words.append("take")
            case .startPostgres: words.append("start")
            case .reconfigure: words.append("reconfigure")
            case .fetchSpec: words.append("fetch")
            case .retryRefresh: words.append("retry")
            case .stopPostgres(let mode): words.append("stop-\(mode.rawValue)")
            case .confirmIdle: words.append("confirm-idle")
            case .stopIdlePostgres: words.append("stop-idle")
            case .keepServing: words.append("keep")
            case .abandon: words.append("abandon")
            case .finish(let linger): words.append("finish-\(linger)")
            case .endLinger: words.append("hurry")
            case .refuse(let refused): move = refused == state ? "no" : "wrong"
            }
        }
        return words.isEmpty ? move : "\(move) [\(words.joined(separator: ","))]"
    }
}

extension LifecycleAction {
    fileprivate var transition: Transition? {
        if case .report(let transition) = self { transition } else { nil }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}

/// A small generator that a seed replays.
private struct WalkDice {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }
}
