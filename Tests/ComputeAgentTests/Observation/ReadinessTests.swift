import Gossip
import Testing

@testable import ComputeAgent

@Suite struct ReadinessTests {
    private func board(_ states: [ComputeState], activity: Activity = .idle(sinceMicros: 1)) -> LifecycleBoard {
        let board = LifecycleBoard()
        var previous = ComputeState.empty
        for (index, state) in states.enumerated() {
            board.note(
                Transition(
                    version: FactVersion(generation: 1, sequence: UInt64(index + 1)), state: state,
                    previousState: previous, atUnixMicros: 1, reason: "", error: "",
                    activity: state == .running ? activity : .unknown))
            previous = state
        }
        return board
    }

    @Test func `a compute is ready from its first run until nobody can be served`() {
        let impediments = Impediments()
        let readyAfterRun: Set<ComputeState> = [
            .running, .configurationPending, .configuration, .refreshConfigurationPending, .refreshConfiguration,
            .failed,
        ]
        for state in ComputeState.allCases {
            let fresh = ComputeReadiness(board: board([state]), impediments: impediments)
            #expect(fresh.isReady == (state == .running), "\(state)")
            let after = ComputeReadiness(board: board([.running, state]), impediments: impediments)
            #expect(after.isReady == readyAfterRun.contains(state), "\(state)")
        }
        let abandoned = board([.running, .failed])
        abandoned.noteServiceEnded()
        #expect(ComputeReadiness(board: abandoned, impediments: impediments).flaw == "failed")
        let deaf = ComputeReadiness(board: board([.running], activity: .unknown), impediments: impediments)
        #expect(deaf.flaw == "postgres does not answer the agent")
        // One that answers, and does not say who is served, serves.
        deaf.board.note(isBlind: true)
        #expect(deaf.isReady)
        deaf.board.note(isBlind: false)
        #expect(!deaf.isReady)
    }

    @Test func `an impediment of any part counts until it is taken back`() {
        let impediments = Impediments()
        let readiness = ComputeReadiness(board: board([.running]), impediments: impediments)
        impediments.set("lease", "refused")
        impediments.set("replay", "too far behind")
        #expect(readiness.flaw == "lease: refused; replay: too far behind")
        impediments.set("lease", nil)
        #expect(readiness.flaw == "replay: too far behind")
        impediments.set("replay", nil)
        #expect(readiness.isReady)
    }

    @Test func `downtime counts from the last answer, and every moment once`() {
        var downtime = Downtime()
        let start = ContinuousClock.now
        let at = { (seconds: Int) in start.advanced(by: .seconds(seconds)) }
        #expect(downtime.looked(answered: false, at: at(0)) == (.zero, .zero))
        #expect(downtime.looked(answered: true, at: at(1)) == (.zero, .zero))
        #expect(downtime.looked(answered: false, at: at(3)) == (.seconds(2), .seconds(2)))
        #expect(downtime.looked(answered: false, at: at(4)) == (.seconds(3), .seconds(1)))
        #expect(downtime.looked(answered: true, at: at(5)) == (.zero, .zero))
        #expect(downtime.looked(answered: false, at: at(6)) == (.seconds(1), .seconds(1)))
    }
}
