internal import Synchronization

/// Both directions of a call at the server, as its handler and its context know them.
///
/// A unary call has one message each way and seldom needs more, so that the parts are made when somebody asks for them.
final class CallWire: Sendable {
    struct MessageObserver: Sendable {
        var received: @Sendable () -> Void
        var sent: @Sendable () -> Void
    }

    private struct Parts {
        var inbound: MessageMailbox?
        var outbound: MessageOutlet?
        var observer: MessageObserver?
        var failure: GRPCStatus?
    }

    let clientAcceptsGzip: Bool
    private let stream: HTTP2StreamID
    private let messageLimit: Int
    private let commands: CommandQueue<ServerCommand>
    private let backlog: OutboundBacklog
    private let waiting: SharedBytesPart
    private let unpacked: UnpackedBytes
    private let parts = Mutex(Parts())
    private let wasRequestCompressed = Atomic(false)

    init(
        _ stream: HTTP2StreamID, _ commands: CommandQueue<ServerCommand>, _ backlog: OutboundBacklog,
        waiting: SharedBytesPart, unpacked: UnpackedBytes, messageLimit: Int, clientAcceptsGzip: Bool
    ) {
        self.stream = stream
        self.commands = commands
        self.backlog = backlog
        self.waiting = waiting
        self.unpacked = unpacked
        self.messageLimit = messageLimit
        self.clientAcceptsGzip = clientAcceptsGzip
    }

    var inbound: MessageMailbox {
        parts.withLock { parts in
            if let inbound = parts.inbound { return inbound }
            let inbound = MessageMailbox(messageLimit: messageLimit, waiting: waiting, unpacked: unpacked) {
                [stream, commands] credit in
                commands.post(.returnCredit(stream, credit))
            }
            parts.inbound = inbound
            if let observer = parts.observer { inbound.observe(observer) }
            if let failure = parts.failure { inbound.abort(failure) }
            return inbound
        }
    }

    var outbound: MessageOutlet {
        parts.withLock { parts in
            if let outbound = parts.outbound { return outbound }
            let outbound = MessageOutlet(limit: backlog.streamLimit, backlog: backlog) { [stream, commands] message in
                commands.post(.send(stream, message))
            }
            parts.outbound = outbound
            if let observer = parts.observer { outbound.observe(observer.sent) }
            if let failure = parts.failure { outbound.fail(failure) }
            return outbound
        }
    }

    /// `nil` when nobody has sent or said anything yet.
    var outboundInUse: MessageOutlet? { parts.withLock(\.outbound) }

    /// The handler has ended, and holds nothing any more.
    func forgetTaken() {
        parts.withLock(\.inbound)?.forgetTaken()
    }

    /// Sends the response headers now.
    func flushHeaders() {
        commands.post(.sendHeaders(stream))
    }

    /// What the requests cost that the handler has not taken.
    var waitingBytes: Int { parts.withLock(\.inbound)?.waitingBytes ?? 0 }

    /// Whether the request message that was read last came compressed.
    var wasLastRequestCompressed: Bool {
        parts.withLock(\.inbound)?.wasLastCompressed ?? wasRequestCompressed.load(ordering: .relaxed)
    }

    /// The only request came compressed.
    func noteCompressedRequest() {
        wasRequestCompressed.store(true, ordering: .relaxed)
    }

    /// Why nothing can be read or written any more; `nil` while something can.
    var failure: GRPCStatus? { parts.withLock(\.failure) }

    // MARK: Who is told of messages

    /// There is one at most; a later one replaces it.
    func observe(_ observer: MessageObserver) {
        let (inbound, outbound) = parts.withLock { parts in
            parts.observer = observer
            return (parts.inbound, parts.outbound)
        }
        inbound?.observe(observer)
        outbound?.observe(observer.sent)
    }

    /// The handler has the only request.
    func tellReceived() {
        parts.withLock(\.observer)?.received()
    }

    /// It has given the only response.
    func tellSent() {
        parts.withLock(\.observer)?.sent()
    }

    /// Reads and writes fail from now on.
    func fail(_ reason: GRPCStatus) {
        let (inbound, outbound) = parts.withLock { parts in
            if parts.failure == nil { parts.failure = reason }
            return (parts.inbound, parts.outbound)
        }
        inbound?.abort(reason)
        outbound?.fail(reason)
    }
}

extension MessageMailbox {
    fileprivate func observe(_ observer: CallWire.MessageObserver) {
        observe(MailboxObserver(messageTaken: observer.received, ended: { _ in }))
    }
}
