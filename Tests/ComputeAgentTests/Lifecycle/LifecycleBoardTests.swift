import Gossip
import Testing

@testable import ComputeAgent

@Suite struct LifecycleBoardTests {
    private func step(
        _ sequence: UInt64, _ state: ComputeState, from previous: ComputeState, error: String = "",
        activity: Activity = .unknown
    ) -> Transition {
        Transition(
            version: FactVersion(generation: 1, sequence: sequence), state: state, previousState: previous,
            atUnixMicros: Int64(sequence) * 100, reason: "", error: error, activity: activity)
    }

    @Test func `whoever waits gets the first step after his own, even one that has passed`() async {
        let board = LifecycleBoard()
        board.note(step(1, .configurationPending, from: .empty))
        board.note(step(2, .`init`, from: .configurationPending))
        board.note(step(3, .failed, from: .`init`, error: "boom"))
        board.note(step(4, .refreshConfigurationPending, from: .failed))
        let own = FactVersion(generation: 1, sequence: 1)
        #expect(await board.first(of: [.running, .failed], after: own, within: .zero)?.error == "boom")
        let later = FactVersion(generation: 1, sequence: 3)
        #expect(await board.first(of: [.running, .failed], after: later, within: .milliseconds(1)) == nil)
        async let running = board.first(of: [.running], after: later)
        board.note(step(5, .running, from: .refreshConfiguration))
        #expect(await running?.version.sequence == 5)
    }

    @Test func `an error stays until it is put right, and activity moves only forward`() {
        let board = LifecycleBoard()
        #expect(board.state == .empty)
        #expect(!board.hasRun && board.lastActiveMicros == nil && board.error == nil)
        board.note(step(1, .running, from: .configuration, error: "boom"))
        #expect(board.hasRun && board.isServing)
        board.note(step(2, .refreshConfigurationPending, from: .running))
        #expect(board.error == "boom")
        board.note(step(3, .running, from: .refreshConfiguration, activity: .active(lastActiveMicros: 50)))
        #expect(board.error == nil && board.hasRun)
        #expect(board.activityText == "client")
        board.note(step(4, .running, from: .running, activity: .idle(sinceMicros: 40)))
        #expect(board.lastActiveMicros == 50)
        #expect(board.activityText == "idle")
        board.note(step(5, .running, from: .running))
        #expect(board.isUnknown && board.activityText == "unknown" && board.lastActiveMicros == 50)
    }

    @Test func `what is not well is told beside a change that failed, and both until they are put right`() {
        let board = LifecycleBoard()
        board.note(step(1, .running, from: .`init`))
        board.note(step(2, .running, from: .running, error: "lease lost"))
        #expect(board.error == "lease lost")
        board.note(step(3, .running, from: .configuration, error: "boom"))
        board.note(step(4, .running, from: .running, error: "boom; lease lost"))
        #expect(board.error == "boom; lease lost")
        board.note(step(5, .running, from: .configuration))
        #expect(board.error == nil)
        board.note(step(6, .running, from: .running, error: "lease lost"))
        #expect(board.error == "lease lost")
        board.note(step(7, .running, from: .running))
        #expect(board.error == nil)
    }

    @Test func `nothing was served at a time that has not come, though the clock was set back`() {
        let board = LifecycleBoard()
        board.note(step(9, .running, from: .`init`, activity: .idle(sinceMicros: 850)))
        board.note(step(1, .running, from: .running, activity: .idle(sinceMicros: 40)))
        #expect(board.lastActiveMicros == 100)
    }
}
