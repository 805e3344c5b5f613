/// One call at the client while its stream is open.
struct ActiveCall {
    let id: ClientCall.ID
    let inbound: MessageMailbox
    let outbound: MessageOutlet
    let reply: ReplyMetadata
    var deframer: MessageDeframer
    /// When it must have ended; `nil` for never.
    let deadline: ContinuousClock.Instant?
    var haveHeadersArrived = false
}
