/// Where one call at the server stands, and what is to be done about each thing that happens to it. Pure.
///
/// ```
/// collecting ──whole request──▶ serving ──status──▶ answered ──▶ closed
///     └───────────────── broken off, deadline ─────────▲
/// ```
struct CallState: Equatable, Sendable {
    enum Phase: Equatable, Sendable {
        /// A unary call whose request is not whole: nothing runs yet. Next: `serving`, `answered`, `closed`.
        case collecting(hasMessage: Bool)
        /// The handler runs. Next: `answered`, `closed`.
        case serving
        /// The status is on its way; what the handler still does is of no interest. Next: `closed`.
        case answered
        /// The stream is gone.
        case closed
    }

    enum Event: CaseIterable, Sendable {
        /// One message of the request is whole.
        case messageArrived
        case requestEnded
        /// The handler sends headers or a message.
        case handlerSpoke
        /// The handler of a unary call has returned its only message.
        case handlerReplied
        /// The handler has returned or thrown.
        case handlerEnded
        /// The call ends over its handler's head: a malformed message, a limit, the server's shutdown.
        case brokenOff
        case deadlinePassed
        case streamClosed
    }

    /// What is to be done, in this order.
    struct Steps: OptionSet, Hashable, Sendable {
        var rawValue: UInt16

        /// Keep the message until the request has ended.
        static let keep = Steps(rawValue: 1 << 0)
        /// Start the handler with what came as a stream of requests.
        static let startStreaming = Steps(rawValue: 1 << 1)
        /// Start the handler with the one message that came.
        static let startUnary = Steps(rawValue: 1 << 2)
        /// Give the message to the handler.
        static let deliver = Steps(rawValue: 1 << 3)
        /// Tell the handler that no message follows.
        static let endRequests = Steps(rawValue: 1 << 4)
        /// Cancel the handler; its reads and writes fail from now on.
        static let abandonHandler = Steps(rawValue: 1 << 5)
        static let sendHeaders = Steps(rawValue: 1 << 6)
        static let sendMessage = Steps(rawValue: 1 << 7)
        static let sendTrailers = Steps(rawValue: 1 << 8)
        /// Headers and status in one block.
        static let sendTrailersOnly = Steps(rawValue: 1 << 9)
        /// End the stream without a word: what is queued may wait for a client that does not read.
        static let reset = Steps(rawValue: 1 << 10)
        /// The status in trailers when nothing waits before them, so that the client reads it; else `reset`.
        static let sendTrailersOrReset = Steps(rawValue: 1 << 11)
    }

    private(set) var phase: Phase
    private(set) var areHeadersSent = false

    /// - Parameter isUnary: whether the handler takes one message and is started when it is there.
    init(isUnary: Bool) {
        phase = isUnary ? .collecting(hasMessage: false) : .serving
    }

    mutating func handle(_ event: Event) -> Steps {
        switch phase {
        case .collecting(let hasMessage): collecting(hasMessage, event)
        case .serving: serving(event)
        case .answered: answered(event)
        case .closed: []
        }
    }

    private mutating func collecting(_ hasMessage: Bool, _ event: Event) -> Steps {
        switch event {
        case .messageArrived where !hasMessage:
            phase = .collecting(hasMessage: true)
            return .keep
        // One too many. The handler refuses that in its own words, and whoever records calls hears of it.
        case .messageArrived:
            phase = .serving
            return [.startStreaming, .deliver]
        case .requestEnded:
            phase = .serving
            return hasMessage ? .startUnary : [.startStreaming, .endRequests]
        case .brokenOff, .deadlinePassed:
            phase = .answered
            return .sendTrailersOnly
        case .streamClosed:
            phase = .closed
            return []
        case .handlerSpoke, .handlerReplied, .handlerEnded:
            return []
        }
    }

    private mutating func serving(_ event: Event) -> Steps {
        switch event {
        case .messageArrived: return .deliver
        case .requestEnded: return .endRequests
        case .handlerSpoke: return [headersFirst(), .sendMessage]
        case .handlerReplied:
            phase = .answered
            return [headersFirst(), .sendMessage, .sendTrailers]
        case .handlerEnded:
            phase = .answered
            return ending
        case .brokenOff:
            phase = .answered
            return [.abandonHandler, ending]
        case .deadlinePassed:
            phase = .answered
            return [.abandonHandler, areHeadersSent ? .sendTrailersOrReset : ending]
        case .streamClosed:
            phase = .closed
            return .abandonHandler
        }
    }

    private mutating func answered(_ event: Event) -> Steps {
        switch event {
        case .deadlinePassed: return areHeadersSent ? .reset : []
        case .streamClosed:
            phase = .closed
            return []
        case .messageArrived, .requestEnded, .handlerSpoke, .handlerReplied, .handlerEnded, .brokenOff: return []
        }
    }

    /// Headers are held back until the first message: an error before it then is one block, which clients may retry.
    private mutating func headersFirst() -> Steps {
        guard !areHeadersSent else { return [] }
        areHeadersSent = true
        return .sendHeaders
    }

    private var ending: Steps { areHeadersSent ? .sendTrailers : .sendTrailersOnly }
}
