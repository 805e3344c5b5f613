/// Metadata that a handler sends around its messages.
struct OutboundHead: Sendable {
    var initial = Metadata()
    var trailing = Metadata()
    /// The initial metadata has left: what is added now comes too late.
    var isSent = false
}
