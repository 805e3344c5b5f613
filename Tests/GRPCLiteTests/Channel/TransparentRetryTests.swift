import Testing

@testable import GRPCLite

@Suite struct TransparentRetryTests {
    @Test func `a call that never left is tried as often as it takes, a refused one once more`() {
        var retry = TransparentRetry()
        for _ in 0..<10 { #expect(retry.mayRetry(.notSent) == true) }
        #expect(retry.mayRetry(.refused) == true)
        #expect(retry.mayRetry(.refused) == false)
        #expect(retry.mayRetry(.notSent) == true)
    }

    @Test(arguments: TransparentRetry.Reason.allCases)
    func `a call that was answered stays where it is`(reason: TransparentRetry.Reason) {
        var retry = TransparentRetry()
        retry.sent([1])
        retry.commit()
        retry.sent([2])
        #expect(retry.mayRetry(reason) == false)
        #expect(retry.messages == nil)
    }

    @Test func `what was said is kept, up to the limit`() {
        var retry = TransparentRetry()
        retry.sent([1, 2])
        retry.sent([3])
        retry.halfClosed()
        #expect(retry.messages == [[1, 2], [3]])
        #expect(retry.byteCount == 3)
        #expect(retry.isHalfClosed)
        retry.sent(Array(repeating: 0, count: TransparentRetry.replayLimit - 3))
        #expect(retry.mayRetry(.refused) == true)
        retry.sent([4])
        #expect(retry.mayRetry(.notSent) == false)
    }

    @Test func `what is said between two connections is kept whatever its size, and said once`() {
        var retry = TransparentRetry()
        let long = [UInt8](repeating: 7, count: TransparentRetry.replayLimit + 1)
        retry.sent([1])
        #expect(retry.mayRetry(.refused) == true)
        retry.sent(long, isBetween: true)
        #expect(retry.messages == [[1], long])
        retry.joined()
        #expect(retry.mayRetry(.notSent) == false)

        var short = TransparentRetry()
        short.sent([1], isBetween: true)
        short.joined()
        #expect(short.mayRetry(.notSent) == true)
    }
}
