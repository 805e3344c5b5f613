import Testing

@testable import ComputeAgent

@Suite struct TurnsTests {
    @Test func `a turn is back as soon as nobody holds it`() {
        let turns = Turns(limit: 2)
        var held = [turns.take(), turns.take()]
        #expect(held.allSatisfy { $0 != nil })
        #expect(turns.take() == nil)
        held.removeLast()
        let again = turns.take()
        #expect(again != nil)
        #expect(turns.take() == nil)
        withExtendedLifetime((again, held)) {}
    }
}
