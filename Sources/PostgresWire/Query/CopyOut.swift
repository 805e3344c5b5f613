package import NIOCore

/// One command that is answered with a stream of bytes, from its `Q` to ReadyForQuery. PostgreSQL, “COPY Operations”.
package struct CopyOut: Sendable {
    package enum Action: Equatable, Sendable {
        case read
        /// The next bytes of the stream, and read on.
        case chunk(ByteBuffer)
        /// The stream was whole, and the server is ready for more.
        case finished
        /// The server refused, or broke off in the middle.
        case refused(ErrorResponse)
        case fail(SimpleQuery.Failure)
    }

    private enum State {
        /// Next: `copying`, `ended`.
        case awaitingStart
        /// Next: `draining`, `ended`.
        case copying
        /// CopyDone has come. Next: `ended`.
        case draining
        case ended
    }

    private enum Tag {
        static let copyOutResponse = UInt8(ascii: "H")
        static let copyData = UInt8(ascii: "d")
        static let copyDone = UInt8(ascii: "c")
        static let commandComplete = UInt8(ascii: "C")
    }

    private var state = State.awaitingStart

    package init() {}

    package mutating func frameReceived(_ frame: Frame) -> Action {
        switch (state, frame.tag) {
        case (.ended, _): return fail(frame)
        case (_, NoticeResponse.tag), (_, ParameterStatus.tag): return .read
        case (_, ErrorResponse.tag):
            state = .ended
            guard let response = try? ErrorResponse(decoding: frame.body) else { return .fail(.malformed) }
            return .refused(response)
        case (.awaitingStart, Tag.copyOutResponse):
            state = .copying
            return .read
        case (.copying, Tag.copyData): return frame.body.readableBytes > 0 ? .chunk(frame.body) : .read
        case (.copying, Tag.copyDone):
            state = .draining
            return .read
        case (.draining, Tag.commandComplete): return .read
        case (.draining, ReadyForQuery.tag):
            state = .ended
            return .finished
        case (.awaitingStart, _), (.copying, _), (.draining, _): return fail(frame)
        }
    }

    private mutating func fail(_ frame: Frame) -> Action {
        state = .ended
        return .fail(.unexpectedMessage(tag: frame.tag))
    }
}
