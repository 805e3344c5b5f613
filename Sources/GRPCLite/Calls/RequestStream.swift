/// The client's messages in the order they were sent; ends when the client has half-closed.
///
/// Reading is what opens the flow-control window again: a handler that does not read stalls its own stream alone.
/// One task iterates at a time.
package struct RequestStream<Message: GRPCMessage>: AsyncSequence, Sendable {
    package typealias Element = Message
    package typealias Failure = GRPCStatus

    private let inbound: MessageMailbox

    init(_ inbound: MessageMailbox) {
        self.inbound = inbound
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(inbound: inbound)
    }

    package struct Iterator: AsyncIteratorProtocol {
        let inbound: MessageMailbox

        package mutating func next() async throws(GRPCStatus) -> Message? {
            guard let bytes = try await inbound.next() else { return nil }
            return try Message.decoded(from: bytes)
        }

        package mutating func next(isolation: isolated (any Actor)?) async throws(GRPCStatus) -> Message? {
            guard let bytes = try await inbound.next() else { return nil }
            return try Message.decoded(from: bytes)
        }
    }
}
