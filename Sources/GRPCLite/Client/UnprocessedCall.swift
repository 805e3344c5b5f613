/// A call that no server has begun to process, on its way from one connection to another. Whoever holds it gives it to a
/// ``ClientCaller`` or ends it.
package struct UnprocessedCall: Sendable {
    var start: ClientCallStart
    /// When it must have ended; `nil` for never.
    package let deadline: ContinuousClock.Instant?

    /// Its reader has been told of an end, or nobody reads it any more.
    package var isOver: Bool { start.inbound.hasEnded }

    package var waitsForReady: Bool { start.waitsForReady }

    /// Once it is over, nothing changes how it ended.
    package func end(_ status: GRPCStatus) {
        guard !isOver else { return }
        start.inbound.abort(status)
        start.outbound.fail(status)
    }
}

/// What a client connection tells whoever chose it.
package enum ConnectionNews: Sendable, Equatable {
    /// The server has sent its SETTINGS.
    case ready
    /// No more calls here. Those that are open go on.
    /// - isTooManyPings: because we asked too often whether the server is there.
    case goingAway(isTooManyPings: Bool)
}
