/// One call at the client while its stream is open.
struct ActiveCall {
    /// With which it began, and could begin again elsewhere.
    let start: ClientCallStart
    var deframer: MessageDeframer
    /// When it must have ended; `nil` for never.
    let deadline: ContinuousClock.Instant?
    var state = ClientCallState()

    var id: ClientCall.ID { start.id }
    var inbound: MessageMailbox { start.inbound }
    var outbound: MessageOutlet { start.outbound }
    var reply: ReplyMetadata { start.reply }
}
