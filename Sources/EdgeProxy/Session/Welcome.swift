internal import NIOCore
internal import PostgresWire

/// All that a client hears once it is in, as one write: a client that is told of its login early takes what fails
/// afterwards for something else.
struct Welcome {
    /// The end of the login: AuthenticationOk, and what goes in front of it.
    var confirmation: ByteBuffer
    /// What the compute reported, as it came.
    var preamble: ByteBuffer
    /// For a client that asked.
    var coldStart: ColdStart?
    /// The operator's words to everybody.
    var banner: String?
    var key: CancelKey?
    var transactionState: ReadyForQuery.TransactionState

    func encoded(for session: SessionID) -> ByteBuffer {
        var buffer = confirmation
        buffer.writeImmutableBuffer(preamble)
        coldStart?.encode(into: &buffer)
        if let banner { NoticeResponse("\(banner), session_id: \(session)").encode(into: &buffer) }
        if let key { BackendKeyData(key: key).encode(into: &buffer) }
        ReadyForQuery(state: transactionState).encode(into: &buffer)
        return buffer
    }
}
