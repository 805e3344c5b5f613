import Testing

@testable import ComputeAgent

@Suite struct LatchTests {
    @Test func `everyone who waits gets the first value`() async {
        let latch = Latch<Int>()
        await withTaskGroup(of: Int?.self) { group in
            for _ in 0..<20 { group.addTask { await latch.wait() } }
            group.addTask {
                latch.set(1)
                latch.set(2)
                return 1
            }
            for await value in group { #expect(value == 1) }
        }
        #expect(await latch.wait() == 1)
    }

    @Test func `a cancelled wait ends without a value`() async {
        let latch = Latch<Int>()
        let waiter = Task { await latch.wait() }
        waiter.cancel()
        #expect(await waiter.value == nil)
    }

    @Test func `a wait ends at its limit`() async {
        #expect(await Latch<Int>().wait(atMost: .milliseconds(1)) == nil)
    }

    @Test func `what moves between taking and waiting is not missed`() async {
        let signal = Signal()
        let next = signal.next
        signal.fire()
        #expect(await next.wait() == true)
        #expect(signal.next.value == nil)
    }
}
