import Gossip
import Testing

struct FactVersionTests {
    @Test func `generation decides before sequence`() {
        #expect(FactVersion(generation: 1, sequence: 99) < FactVersion(generation: 2, sequence: 0))
        #expect(FactVersion(generation: 2, sequence: 1) < FactVersion(generation: 2, sequence: 2))
        #expect(FactVersion.none < FactVersion(generation: 0, sequence: 1))
    }

    @Test func `the end of a generation is above everything in it and below the next`() {
        let end = FactVersion.end(ofGeneration: 4)
        #expect(FactVersion(generation: 4, sequence: 1_000_000) < end)
        #expect(end < FactVersion(generation: 5, sequence: 0))
    }
}
