/// Times the header block that is being received, each from its own beginning.
struct HeaderBlockTimer {
    private var timed: Int?

    /// To be called after each input.
    /// - Parameter open: the block's number; see ``FrameFollower/openHeaderBlock``.
    mutating func change(open: Int?, _ limits: ConnectionLimits) -> TimerChange? {
        guard open != timed else { return nil }
        timed = open
        return open == nil ? .disarm(.headerBlockDue) : .arm(.headerBlockDue, after: limits.headerBlock)
    }
}
