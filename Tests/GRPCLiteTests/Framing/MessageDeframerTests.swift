import Testing

@testable import GRPCLite

@Suite struct MessageDeframerTests {
    private func frames(_ messages: [[UInt8]]) -> [UInt8] {
        messages.flatMap { MessageFrame.bytes(of: $0) ?? [] }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 64, 1000])
    func `finds the messages however the bytes are cut`(step: Int) throws {
        let messages: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 7, count: 300), [9]]
        let bytes = frames(messages)
        var deframer = MessageDeframer(messageLimit: 300)
        var found: [ReceivedMessage] = []
        for start in stride(from: 0, to: bytes.count, by: step) {
            found += try deframer.append(Array(bytes[start..<min(start + step, bytes.count)]))
        }
        try deframer.finish()
        #expect(found == messages.map { ReceivedMessage($0) })
    }

    @Test func `takes compressed messages when an encoding was declared, and says which they are`() throws {
        var deframer = MessageDeframer(messageLimit: 10, takesCompressed: true)
        let messages = try deframer.append([1, 0, 0, 0, 1, 7, 0, 0, 0, 0, 1, 8])
        #expect(messages == [ReceivedMessage([7], isCompressed: true), ReceivedMessage([8])])
        #expect(throws: MessageDeframer.Malformed.flag(2)) { _ = try deframer.append([2, 0, 0, 0, 0]) }
    }

    @Test func `refuses a long message at its prefix`() {
        var deframer = MessageDeframer(messageLimit: 10)
        #expect(throws: MessageDeframer.Malformed.tooLong(11, limit: 10)) {
            _ = try deframer.append([0, 0, 0, 0, 11])
        }
    }

    @Test(arguments: [UInt8(1), 2, 255])
    func `refuses flags other than zero`(flag: UInt8) {
        var deframer = MessageDeframer(messageLimit: 10)
        #expect(throws: MessageDeframer.Malformed.flag(flag)) { _ = try deframer.append([flag, 0, 0, 0, 0]) }
    }

    @Test(arguments: [[0], [0, 0, 0, 0, 2, 1]] as [[UInt8]])
    func `notices an end inside a message`(bytes: [UInt8]) throws {
        var deframer = MessageDeframer(messageLimit: 10)
        #expect(try deframer.append(bytes) == [])
        #expect(throws: MessageDeframer.Malformed.truncated) { try deframer.finish() }
    }
}

extension MessageDeframer {
    fileprivate mutating func append(_ bytes: [UInt8]) throws(Malformed) -> [ReceivedMessage] {
        try append(bytes.span.bytes)
    }
}
