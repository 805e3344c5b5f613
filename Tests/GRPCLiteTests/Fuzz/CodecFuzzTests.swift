import TestKit
import Testing

@testable import GRPCLite

/// Random and mutated bytes for what takes a stranger's bytes apart without a session.
@Suite struct CodecFuzzTests {
    @Test func `the framer finds the same messages however its bytes are cut, and keeps no more than came`() {
        for number in 0..<UInt64(Fuzzing.inputs) {
            let seed = Fuzzing.seed &+ number
            var dice = SeededDice(seed: seed)
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...4, using: &dice) {
                bytes += MessageFrame.bytes(of: dice.bytes(0...40), isCompressed: dice.chance(4)) ?? []
            }
            if dice.chance(2) { bytes = dice.mutated(bytes) }
            let takesCompressed = dice.chance(2)
            let whole = outcome([bytes], takesCompressed: takesCompressed)
            var pieces: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...min(9, rest.count), using: &dice)
                pieces.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            guard whole == outcome(pieces, takesCompressed: takesCompressed) else {
                Issue.record("seed \(seed)")
                return
            }
        }
    }

    private struct Outcome: Equatable {
        var messages: [ReceivedMessage] = []
        var failure: MessageDeframer.Malformed?
    }

    private func outcome(_ pieces: [[UInt8]], takesCompressed: Bool) -> Outcome {
        var deframer = MessageDeframer(messageLimit: 32, takesCompressed: takesCompressed)
        var outcome = Outcome()
        do throws(MessageDeframer.Malformed) {
            for piece in pieces {
                try deframer.append(piece.span.bytes) { outcome.messages.append($0) }
                if deframer.bufferedBytes > 32 + MessageFrame.prefixLength { Issue.record("keeps too much") }
            }
            try deframer.finish()
        } catch {
            outcome.failure = error
        }
        return outcome
    }

    @Test func `metadata survives the way there and back`() {
        let alphabet = Array("abcxyz019-_.".unicodeScalars.map { Character($0) })
        for number in 0..<UInt64(Fuzzing.inputs) {
            let seed = Fuzzing.seed &+ number
            var dice = SeededDice(seed: seed)
            var fields: [HeaderField] = []
            for _ in 0..<Int.random(in: 0...5, using: &dice) {
                let length = Int.random(in: 0...12, using: &dice)
                var name = String((0..<length).map { _ in alphabet.randomElement(using: &dice) ?? "a" })
                if dice.chance(2) { name += "-bin" }
                if dice.chance(8) { name = String(decoding: dice.bytes(0...8), as: UTF8.self) }
                let value =
                    dice.chance(2)
                    ? Base64.encode(dice.bytes(0...20)) : String(decoding: dice.bytes(0...20), as: UTF8.self)
                fields.append(HeaderField(name, value))
            }
            guard let metadata = try? Metadata(fields: fields) else { continue }
            guard let again = try? Metadata(fields: metadata.fields), again == metadata else {
                Issue.record("seed \(seed)")
                return
            }
        }
    }

    @Test func `texts survive percent-encoding, and base64 survives itself`() {
        for number in 0..<UInt64(Fuzzing.inputs) {
            let seed = Fuzzing.seed &+ number
            var dice = SeededDice(seed: seed)
            let bytes = dice.bytes(0...40)
            let text = String(decoding: bytes, as: UTF8.self)
            _ = PercentEncoding.decode(text)
            _ = GRPCTimeout.decode(text)
            _ = Base64.decode(text)
            let encoded = PercentEncoding.encode(text)
            let isPlain = encoded.utf8.allSatisfy { (0x20...0x7E).contains($0) }
            guard isPlain, PercentEncoding.decode(encoded) == text, Base64.decode(Base64.encode(bytes)) == bytes else {
                Issue.record("seed \(seed)")
                return
            }
        }
    }

    @Test func `a header block gives back what it was given`() {
        for number in 0..<UInt64(Fuzzing.inputs) {
            let seed = Fuzzing.seed &+ number
            var dice = SeededDice(seed: seed)
            var block = HeaderBlock()
            var fields: [(name: [UInt8], value: [UInt8])] = []
            for _ in 0..<Int.random(in: 0...6, using: &dice) {
                let field = (name: dice.bytes(0...300), value: dice.bytes(0...300))
                block.append(name: field.name.span, value: field.value.span)
                fields.append(field)
            }
            var index = 0
            var isSame = true
            block.forEachField { place in
                isSame =
                    isSame && Array(block.bytes[place.name]) == fields[index].name
                    && Array(block.bytes[place.value]) == fields[index].value
                index += 1
            }
            guard isSame, index == fields.count else {
                Issue.record("seed \(seed)")
                return
            }
            _ = try? RequestHead(block, headerListLimit: 8192)
        }
    }
}
