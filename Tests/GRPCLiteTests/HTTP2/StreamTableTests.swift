import TestKit
import Testing

@testable import GRPCLite

@Suite struct StreamTableTests {
    @Test(arguments: 0..<20 as Range<UInt64>) func `does what a dictionary does`(seed: UInt64) {
        var dice = SeededDice(seed: seed)
        var table = StreamTable<Int>()
        var model: [HTTP2StreamID: Int] = [:]
        // Far apart and close together: collisions of both kinds.
        let streams = (0..<60).map { HTTP2StreamID(1 + 2 * $0 * (seed % 2 == 0 ? 1 : 64)) }
        for step in 0..<2000 {
            guard let stream = streams.randomElement(using: &dice) else { continue }
            switch Int.random(in: 0..<4, using: &dice) {
            case 0, 1:
                table.insert(step, at: stream)
                model[stream] = step
            case 2:
                #expect(table.remove(stream) == model.removeValue(forKey: stream))
            default:
                let changed: Void? = table.modify(stream) { $0 += 1 }
                #expect((changed != nil) == (model[stream] != nil))
                if let value = model[stream] { model[stream] = value + 1 }
            }
            #expect(table.count == model.count)
            #expect(table[stream] == model[stream])
        }
        #expect(table.streams.sorted() == model.keys.sorted())
        for stream in streams { #expect(table[stream] == model[stream]) }
    }
}
