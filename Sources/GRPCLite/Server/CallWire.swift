internal import Synchronization

/// Both directions of a call at the server, as its handler and its context know them.
///
/// A unary call has one message each way and seldom needs more, so that the parts are made when somebody asks for them.
final class CallWire: Sendable {
    private struct Parts {
        var inbound: MessageMailbox?
        var outbound: MessageOutlet?
    }

    let clientAcceptsGzip: Bool
    private let stream: HTTP2StreamID
    private let messageLimit: Int
    private let commands: CommandQueue<ServerCommand>
    private let parts = Mutex(Parts())
    private let wasRequestCompressed = Atomic(false)

    init(
        _ stream: HTTP2StreamID, _ commands: CommandQueue<ServerCommand>, messageLimit: Int, clientAcceptsGzip: Bool
    ) {
        self.stream = stream
        self.commands = commands
        self.messageLimit = messageLimit
        self.clientAcceptsGzip = clientAcceptsGzip
    }

    var inbound: MessageMailbox {
        parts.withLock { parts in
            if let inbound = parts.inbound { return inbound }
            let inbound = MessageMailbox(messageLimit: messageLimit) { [stream, commands] credit in
                commands.post(.returnCredit(stream, credit))
            }
            parts.inbound = inbound
            return inbound
        }
    }

    var outbound: MessageOutlet {
        parts.withLock { parts in
            if let outbound = parts.outbound { return outbound }
            let outbound = MessageOutlet { [stream, commands] message in commands.post(.send(stream, message)) }
            parts.outbound = outbound
            return outbound
        }
    }

    /// `nil` when nobody has sent or said anything yet.
    var outboundInUse: MessageOutlet? { parts.withLock(\.outbound) }

    /// Sends the response headers now.
    func flushHeaders() {
        commands.post(.sendHeaders(stream))
    }

    /// Whether the request message that was read last came compressed.
    var wasLastRequestCompressed: Bool {
        parts.withLock(\.inbound)?.wasLastCompressed ?? wasRequestCompressed.load(ordering: .relaxed)
    }

    /// The only request came compressed.
    func noteCompressedRequest() {
        wasRequestCompressed.store(true, ordering: .relaxed)
    }

    /// Reads and writes fail from now on.
    func fail(_ reason: GRPCStatus) {
        let (inbound, outbound) = parts.withLock { ($0.inbound, $0.outbound) }
        inbound?.abort(reason)
        outbound?.fail(reason)
    }
}
