/// What a handler may know about the call it serves, beside the messages.
package struct ServerCallContext: Sendable {
    /// `/package.Service/Method`, as it came in `:path`.
    package var method: String
    /// The client's custom metadata; nothing of HTTP/2 or gRPC itself.
    package var metadata: Metadata
    package var peer: PeerIdentity
    /// When the client gives up; `nil` when it set no limit. The handler's task is cancelled at this instant.
    package var deadline: ContinuousClock.Instant?
    /// For a service whose calls are recorded; see ``MethodHandler/recorded(by:)``.
    package var notes: CallNotes?
    /// The call itself, for what a handler says beside its messages; `nil` in a test without one.
    var call: CallWire?

    package init(
        method: String, metadata: Metadata = [:], peer: PeerIdentity = .anonymous,
        deadline: ContinuousClock.Instant? = nil
    ) {
        self.method = method
        self.metadata = metadata
        self.peer = peer
        self.deadline = deadline
    }
}
