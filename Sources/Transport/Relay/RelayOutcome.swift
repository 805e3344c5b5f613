package import PostgresWire

/// How a relay ended.
package struct RelayOutcome: Sendable, Equatable {
    package enum Side: Sendable, Equatable { case client, upstream }

    package enum Ending: Sendable, Equatable {
        /// Both sides said their last byte; this one was the first to.
        case finished(first: Side)
        /// This side broke, without a lawful end.
        case failed(Side, StreamFailure)
        /// This side had finished, and the other one neither followed nor sent anything for `Relay.halfCloseLimit`.
        case drainLimitReached(first: Side)
        /// The calling task was cancelled. Both streams are still open.
        case cancelled
        /// The streams live on two event loops, or one of them is read by somebody else. Nothing was moved.
        case unusable
    }

    /// Plaintext bytes read from the client and written towards the upstream.
    package var bytesFromClient: Int
    /// Plaintext bytes read from the upstream and written towards the client.
    package var bytesToClient: Int
    package var ending: Ending
    /// Where the bytes towards the client ended, when they were followed.
    package var frames: FrameBoundary?

    package init(bytesFromClient: Int, bytesToClient: Int, ending: Ending, frames: FrameBoundary? = nil) {
        self.bytesFromClient = bytesFromClient
        self.bytesToClient = bytesToClient
        self.ending = ending
        self.frames = frames
    }
}
