/// Follows a session that is passed on unread, and knows when nothing is under way in it.
///
/// Each Query, Sync and FunctionCall is answered by one ReadyForQuery (PostgreSQL, “Message Flow”), however many are sent
/// ahead of their answers. The session is idle when all answers have come, the last said `I`, nothing that waits for a
/// Sync was sent since, and both directions have ended at a frame. A client that breaks the rules may be called busy for longer
/// than it is.
package struct QueryCycle: Equatable, Sendable {
    private var clientFrames = FrameBoundary()
    private var serverFrames = FrameBoundary()
    private var cycle: Cycle

    /// - Parameter state: of the ReadyForQuery that the client was sent before.
    package init(after state: ReadyForQuery.TransactionState) {
        cycle = Cycle(transactionState: state)
    }

    /// What the last ReadyForQuery said.
    package var transactionState: ReadyForQuery.TransactionState? { cycle.transactionState }
    /// The server streams without end (CopyBothResponse): replication.
    package var isReplicating: Bool { cycle.copy == .both }
    /// The client has said goodbye: whatever happens to its connection now is no failure.
    package var hasTerminated: Bool { cycle.hasTerminated }
    /// The session has said LISTEN, or been notified of something: to look idle is then its work.
    package var hasListened: Bool { cycle.hasListened }
    /// Should the server's bytes end here, then neither did the client ask for it, nor has the server said why.
    package var isEndUnexplained: Bool { !cycle.hasTerminated && cycle.lastServerTag != ErrorResponse.tag }
    /// Whether the bytes to the client ended at a frame, so that a frame of ours may follow.
    package var isClientAddressable: Bool { serverFrames.isReached }

    /// Nothing is under way: ended now, the session loses no statement.
    package var isIdle: Bool { cycle.isIdle && clientFrames.isReached && serverFrames.isReached }

    /// The client's next bytes went by.
    package mutating func clientSent(_ bytes: RawSpan) {
        clientFrames.passed(bytes) { tag, _, _ in cycle.clientFrame(tag) }
    }

    /// The server's next bytes went by.
    package mutating func serverSent(_ bytes: RawSpan) {
        serverFrames.passed(bytes) { tag, first, length in cycle.serverFrame(tag, first, length) }
    }
}

/// What the frames' tags say.
private struct Cycle: Equatable, Sendable {
    enum Copy: Equatable, Sendable { case none, fromClient, both }

    var transactionState: ReadyForQuery.TransactionState?
    var copy = Copy.none
    var hasTerminated = false
    var hasListened = false
    var lastServerTag = ReadyForQuery.tag
    /// Requests that were sent, and answers that came; a request is known by its number, from 1.
    private var requested: UInt64 = 0
    private var answered: UInt64 = 0
    private var lastSimpleQuery: UInt64 = 0
    /// The client sent what the server may hold back, or leave undone, until a Sync.
    private var isSyncAwaited = false

    init(transactionState: ReadyForQuery.TransactionState) {
        self.transactionState = transactionState
    }

    var isIdle: Bool {
        requested == answered && !isSyncAwaited && transactionState == .idle && !hasTerminated
    }

    mutating func clientFrame(_ tag: UInt8) {
        switch tag {
        case UInt8(ascii: "Q"):
            requested += 1
            lastSimpleQuery = requested
            isSyncAwaited = false
        case UInt8(ascii: "F"):
            requested += 1
            isSyncAwaited = false
        case UInt8(ascii: "S"):
            // In the middle of a COPY the server drops it (`CopyGetData` in copyfromparse.c).
            guard copy == .none else { return }
            requested += 1
            isSyncAwaited = false
        case UInt8(ascii: "c"), UInt8(ascii: "f"):
            if copy == .fromClient { copy = .none }
        case UInt8(ascii: "d"):
            // Outside of a COPY the server drops it.
            break
        case UInt8(ascii: "X"):
            hasTerminated = true
        default:
            isSyncAwaited = true
        }
    }

    mutating func serverFrame(_ tag: UInt8, _ first: UInt8?, _ length: Int) {
        lastServerTag = tag
        switch tag {
        case ReadyForQuery.tag:
            // One that nobody asked for answers a Sync which we took for a dropped one.
            if answered < requested { answered += 1 }
            transactionState = first.flatMap(ReadyForQuery.TransactionState.init(rawValue:))
            copy = .none
        case UInt8(ascii: "G"):
            copy = .fromClient
            // A Sync that was sent right behind the Execute falls into the COPY, and another one will follow it. A Query
            // still gets its answer at the end.
            if lastSimpleQuery > answered {
                requested = lastSimpleQuery
            } else {
                requested = answered
                isSyncAwaited = true
            }
        case UInt8(ascii: "W"):
            copy = .both
        case UInt8(ascii: "C"):
            // No other command's tag has this letter and this length.
            if first == UInt8(ascii: "L"), length == "LISTEN\0".utf8.count { hasListened = true }
        case UInt8(ascii: "A"):
            hasListened = true
        default:
            break
        }
    }
}
