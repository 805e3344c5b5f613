/// What tasks ask of a client connection.
enum ClientCommand: Sendable {
    case start(ClientCallStart)
    /// One framed message.
    case send(ClientCall.ID, [UInt8])
    case finishSending(ClientCall.ID)
    case cancel(ClientCall.ID)
    /// The reader took messages worth that many bytes.
    case returnCredit(ClientCall.ID, Int)
}

/// All that a connection needs to open a stream for a call.
struct ClientCallStart: Sendable {
    var id: ClientCall.ID
    var path: String
    var metadata: Metadata
    var timeout: Duration?
    var encoding: MessageEncoding
    var waitsForReady: Bool
    var inbound: MessageMailbox
    var outbound: MessageOutlet
    var reply: ReplyMetadata
    var route: CallRoute
}
