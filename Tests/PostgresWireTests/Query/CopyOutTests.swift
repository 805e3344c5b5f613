import NIOCore
import PostgresWire
import Testing

@Suite struct CopyOutTests {
    private enum Step: Hashable, CaseIterable { case awaitingStart, copying, draining, ended }

    private static func frame(_ tag: Character, _ body: [UInt8] = []) throws -> Frame {
        try #require(try frames(in: .frame(tag, body)).first)
    }

    private static func copy(at step: Step) throws -> CopyOut {
        var copy = CopyOut()
        let way: [(Step, Frame)] = [
            (.copying, try frame("H", [0, 0, 0])), (.draining, try frame("c")),
            (.ended, try frame("Z", [UInt8(ascii: "I")])),
        ]
        for (reached, frame) in way {
            if Step.allCases.firstIndex(of: reached) ?? 0 > Step.allCases.firstIndex(of: step) ?? 0 { break }
            _ = copy.frameReceived(frame)
        }
        return copy
    }

    @Test func `every message in every step`() throws {
        let refusal = ErrorResponse(.internalError, "no", severity: .error)
        let refused = CopyOut.Action.refused(refusal)
        let refusalFrame = try #require(try frames(in: refusal.encoded()).first)
        let messages: [(frame: Frame, taken: [Step: CopyOut.Action])] = [
            (try Self.frame("H", [0, 0, 0]), [.awaitingStart: .read]),
            (try Self.frame("d", [1, 2]), [.copying: .chunk(ByteBuffer(bytes: [1, 2]))]),
            (try Self.frame("d"), [.copying: .read]),
            (try Self.frame("c"), [.copying: .read]),
            (try Self.frame("C", Array("COPY 0\0".utf8)), [.draining: .read]),
            (try Self.frame("Z", [UInt8(ascii: "I")]), [.draining: .finished]),
            (try Self.frame("N", [0]), [.awaitingStart: .read, .copying: .read, .draining: .read]),
            (try Self.frame("S", [0]), [.awaitingStart: .read, .copying: .read, .draining: .read]),
            (refusalFrame, [.awaitingStart: refused, .copying: refused, .draining: refused]),
            (
                try Self.frame("E", [9]),
                [
                    .awaitingStart: .fail(.malformed), .copying: .fail(.malformed),
                    .draining: .fail(.malformed),
                ]
            ),
            (try Self.frame("T"), [:]), (try Self.frame("D"), [:]), (try Self.frame("G"), [:]),
        ]
        for step in Step.allCases {
            for message in messages {
                var copy = try Self.copy(at: step)
                let expected = message.taken[step] ?? .fail(.unexpectedMessage(tag: message.frame.tag))
                #expect(copy.frameReceived(message.frame) == expected, "\(message.frame.tag) when \(step)")
            }
        }
    }

    /// A server that says ReadyForQuery instead of CopyDone has broken off.
    @Test func `a stream without its end is no stream`() throws {
        var copy = try Self.copy(at: .copying)
        #expect(copy.frameReceived(try Self.frame("C", [0])) == .fail(.unexpectedMessage(tag: UInt8(ascii: "C"))))
    }
}
