/// The server's messages in order. Ends after status OK; any other status is thrown.
///
/// It is read once, by one task. Leaving the loop early, cancelling the task or dropping the stream cancels the call.
package struct ResponseStream<Message: GRPCMessage>: AsyncSequence, Sendable {
    package typealias Element = Message
    package typealias Failure = GRPCStatus

    private let call: ClientCall

    init(_ call: ClientCall) {
        self.call = call
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(reading: ReadingScope(of: call))
    }

    package struct Iterator: AsyncIteratorProtocol {
        let reading: ReadingScope

        package mutating func next() async throws(GRPCStatus) -> Message? {
            guard let bytes = try await reading.call.nextMessage() else { return nil }
            return try Message.decoded(from: bytes)
        }

        package mutating func next(isolation: isolated (any Actor)?) async throws(GRPCStatus) -> Message? {
            guard let bytes = try await reading.call.nextMessage() else { return nil }
            return try Message.decoded(from: bytes)
        }
    }
}

/// Lives as long as somebody reads the responses of a call, and cancels the call when nobody does any more.
final class ReadingScope: Sendable {
    let call: ClientCall

    init(of call: ClientCall) {
        self.call = call
    }

    deinit {
        call.cancel()
    }
}
