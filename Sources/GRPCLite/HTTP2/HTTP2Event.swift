/// What a session noticed while it took bytes in or gave bytes out.
enum HTTP2Event: Equatable {
    /// A whole header block: a request, a response (1xx ones too) or trailers.
    case headersReceived(HTTP2StreamID, HeaderBlock)
    /// Where its bytes are among those that the session is being given. Good until the session gets the next.
    case dataReceived(HTTP2StreamID, Range<Int>)
    /// The peer has half-closed the stream with a DATA frame; a header block says so itself.
    case streamEndedByPeer(HTTP2StreamID)
    /// The stream is gone; nothing about it follows.
    case streamClosed(HTTP2StreamID, HTTP2ErrorCode)
    /// A request that waited for its turn, and will not be sent any more: the connection is going away. The peer has not
    /// heard of its stream.
    case requestNotSent(HTTP2StreamID)
    /// That much of a stream's body has been put into frames.
    case bodySent(HTTP2StreamID, byteCount: Int)
    case settingsReceived
    /// The peer goes by our SETTINGS.
    case settingsAcknowledged
    case pingAcknowledged
    /// The peer broke a rule. What follows from it for the connection has been done.
    case offence(HTTP2Offence)
    /// The peer takes no streams above the number any more.
    case goAwayReceived(last: HTTP2StreamID, HTTP2ErrorCode, debugData: [UInt8])
}

/// The number HTTP/2 gives a stream. Odd ones are the client's, and all of ours are.
typealias HTTP2StreamID = Int32
