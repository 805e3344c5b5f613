import NIOPosix
import Testing

@testable import Transport

@Suite struct AlarmTests {
    private let executor = LoopExecutor(MultiThreadedEventLoopGroup.singleton.any())

    @Test func `on a loop it returns when its time has come`() async throws {
        let end = ContinuousClock.now + .milliseconds(20)
        try await Task(executorPreference: executor) {
            #expect(MultiThreadedEventLoopGroup.currentEventLoop != nil)
            try await Alarm.wait(until: end)
        }.value
        #expect(ContinuousClock.now >= end)
    }

    @Test func `off a loop it returns when its time has come`() async throws {
        let end = ContinuousClock.now + .milliseconds(20)
        try await Alarm.wait(until: end)
        #expect(ContinuousClock.now >= end)
    }

    @Test func `what is past is not waited for`() async throws {
        try await Task(executorPreference: executor) { try await Alarm.wait(until: .now - .seconds(5)) }.value
    }

    @Test(arguments: [true, false])
    func `cancelling ends it, before or after it began`(isBegun: Bool) async throws {
        let waiting = Task(executorPreference: executor) {
            if !isBegun {
                while !Task.isCancelled { await Task.yield() }
            }
            try await Alarm.wait(until: .now + .seconds(600))
        }
        if isBegun { await Task(executorPreference: executor) {}.value }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }
}
