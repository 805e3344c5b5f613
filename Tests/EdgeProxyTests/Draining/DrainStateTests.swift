import EdgeProxy
import Testing

struct DrainStateTests {
    @Test func `stages go one way`() {
        let state = DrainState()
        #expect(state.stage == .starting)
        state.beganServing()
        #expect(state.stage == .serving)
        state.beganDraining()
        state.beganServing()
        #expect(state.stage == .draining)
        let stopped = DrainState()
        stopped.hurry()
        stopped.beganServing()
        #expect(stopped.isDraining)
    }

    @Test func `a watcher hears what is true now, first`() async {
        let state = DrainState()
        var progress = state.watch().makeAsyncIterator()
        #expect(await progress.next()?.phase == .serving)
    }
}
