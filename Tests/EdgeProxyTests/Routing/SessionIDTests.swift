import EdgeProxy
import Testing

struct SessionIDTests {
    @Test func `an identifier is a random UUID in lower case`() {
        #expect(
            SessionID(dice: Array(repeating: 0xFF, count: 16)).text == "ffffffff-ffff-4fff-bfff-ffffffffffff")
        #expect(SessionID(dice: Array(0..<16)).text == "00010203-0405-4607-8809-0a0b0c0d0e0f")
    }

    @Test func `no two are alike`() {
        #expect(Set((0..<1_000).map { _ in SessionID.fresh() }).count == 1_000)
    }
}
