/// Where one call at the client stands while it has a stream, and what is to be done about each thing that happens to it.
/// Pure.
///
/// ```
/// awaitingHeaders ──headers──▶ answering ──status, or any other end──▶ over
///       └────────────────────── any end ────────────────────────────────▲
/// ```
struct ClientCallState: Equatable, Sendable {
    enum Phase: Equatable, Sendable {
        /// No answer has begun: another server may still have the call. Next: `answering`, `over`.
        case awaitingHeaders
        /// Messages come. Next: `over`.
        case answering
        /// The caller knows how it ended.
        case over
    }

    enum Event: CaseIterable, Sendable {
        /// An interim answer (1xx).
        case interimArrived
        /// Response headers behind which messages follow.
        case headersArrived
        case dataArrived
        /// The block that ends the stream: trailers, or the whole answer.
        case statusArrived
        /// Headers, metadata or a message that cannot be taken: the status says why.
        case answerRefused
        /// The server ended the stream with DATA, without a status.
        case endedWithoutStatus
        /// REFUSED_STREAM, or a number above the last of a GOAWAY: the server has not begun the call.
        case refusedByServer
        /// The connection goes, and nothing of the call has left us.
        case neverLeft
        /// RST_STREAM with any other code.
        case resetByServer
        case deadlinePassed
        /// By the caller, or with its channel.
        case cancelled
        case connectionLost
    }

    /// What is to be done, in this order.
    struct Steps: OptionSet, Hashable, Sendable {
        var rawValue: UInt16

        /// The call stays with this server from now on.
        static let commit = Steps(rawValue: 1 << 0)
        /// Give what is whole to the reader.
        static let deliver = Steps(rawValue: 1 << 1)
        /// Another connection may have the call. Where none wants it, the caller is told of the end.
        static let handBack = Steps(rawValue: 1 << 2)
        /// What has come and was not read is dropped.
        static let dropUnread = Steps(rawValue: 1 << 3)
        /// The caller is told how it ended, behind what is still to be read.
        static let tellEnd = Steps(rawValue: 1 << 4)
        /// The server is told that nobody waits for it: RST_STREAM(CANCEL). One that has not heard of it never will.
        static let cancelStream = Steps(rawValue: 1 << 5)
        /// Nobody will read what we have still to send: RST_STREAM(NO_ERROR), if we have not half-closed.
        static let releaseStream = Steps(rawValue: 1 << 6)
    }

    private(set) var phase = Phase.awaitingHeaders

    mutating func handle(_ event: Event) -> Steps {
        switch (phase, event) {
        case (.over, _), (_, .interimArrived): return []
        case (.awaitingHeaders, .headersArrived):
            phase = .answering
            return .commit
        case (.answering, .dataArrived): return .deliver
        case (.awaitingHeaders, .refusedByServer):
            phase = .over
            return [.handBack, .tellEnd]
        case (.awaitingHeaders, .neverLeft):
            phase = .over
            return [.handBack, .tellEnd, .cancelStream]
        case (_, .statusArrived), (_, .endedWithoutStatus):
            phase = .over
            return [.tellEnd, .releaseStream]
        case (.answering, .refusedByServer), (.answering, .neverLeft), (_, .resetByServer), (_, .connectionLost):
            phase = .over
            return .tellEnd
        // Messages before headers, and headers that come twice, are refused as well.
        case (.awaitingHeaders, .dataArrived), (.answering, .headersArrived), (_, .answerRefused), (_, .deadlinePassed),
            (_, .cancelled):
            phase = .over
            return [.dropUnread, .tellEnd, .cancelStream]
        }
    }
}
