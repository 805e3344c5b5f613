internal import Synchronization

/// One call at the client, its message types erased: what the typed shapes and a ``GRPCChannel`` share.
///
/// It lives on any task; the connection lives on its loop and is reached by commands alone.
package final class ClientCall: Sendable {
    /// Counts the calls of this process: unlike a stream number it is known before the stream is, and good on another
    /// connection too.
    struct ID: Hashable, Sendable {
        var rawValue: UInt64

        private static let last = Atomic<UInt64>(0)

        static func next() -> ID {
            ID(rawValue: last.wrappingAdd(1, ordering: .relaxed).newValue)
        }
    }

    let inbound: MessageMailbox
    let outbound: MessageOutlet
    let reply: ReplyMetadata
    private let route: CallRoute

    init(inbound: MessageMailbox, outbound: MessageOutlet, reply: ReplyMetadata, route: CallRoute) {
        self.inbound = inbound
        self.outbound = outbound
        self.reply = reply
        self.route = route
    }

    deinit {
        cancel()
    }

    func send(_ message: some GRPCMessage, compress: Bool = true) async throws(GRPCStatus) {
        try await outbound.send(try message.encoded(), compress: compress)
    }

    /// Sends the only request of a call and half-closes.
    func sendLast(_ message: some GRPCMessage, compress: Bool = true) async throws(GRPCStatus) {
        try outbound.enqueue(try message.encoded(), compress: compress)
        finishSending()
    }

    func finishSending() {
        route.finishSending()
    }

    /// - Returns: `nil` after the last message of a call that ended OK.
    func nextMessage() async throws(GRPCStatus) -> [UInt8]? {
        try await inbound.next()
    }

    /// Reads the single response of a unary call and its status. None or two are violations of cardinality.
    func onlyResponse<Response: GRPCMessage>() async throws(GRPCStatus) -> Response {
        guard let bytes = try await nextMessage() else { throw GRPCStatus(.unimplemented, "the response is missing") }
        guard try await nextMessage() == nil else { throw GRPCStatus(.unimplemented, "more than one response") }
        return try Response.decoded(from: bytes)
    }

    /// - Parameter observers: told of what passes from now on. Called once.
    func observe(_ observers: [CallObserver]) {
        guard !observers.isEmpty else { return }
        outbound.observe { for observer in observers { observer.sent() } }
        inbound.observe(
            MailboxObserver(
                messageTaken: { for observer in observers { observer.received() } },
                ended: { status in for observer in observers { observer.ended(status) } }))
    }

    func cancel() {
        guard !inbound.hasEnded, !route.cancel() else { return }
        inbound.abort(.cancelled)
        outbound.fail(.cancelled)
    }
}
