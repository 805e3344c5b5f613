/// What handlers ask of a server connection.
enum ServerCommand: Sendable {
    /// The response headers, ahead of the first message.
    case sendHeaders(HTTP2StreamID)
    /// One framed message.
    case send(HTTP2StreamID, [UInt8])
    /// The only message of a unary call, not framed, or why there is none.
    case reply(HTTP2StreamID, UnaryTurn.Answer)
    /// The handler has returned or thrown.
    case finish(HTTP2StreamID, GRPCStatus)
    /// The handler took messages worth that many bytes.
    case returnCredit(HTTP2StreamID, Int)
}
