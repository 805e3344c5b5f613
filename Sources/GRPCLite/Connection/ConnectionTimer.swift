/// What a connection waits for in time. The shell that owns the clock arms these and says when they fired.
package enum ConnectionTimer: Hashable, Sendable {
    /// A call must have ended. The number is the stream's at the server, the call's at the client.
    case deadline(UInt64)
    /// The peer must have sent its SETTINGS and acknowledged ours, or it does not speak HTTP/2.
    case settingsDue
    /// Time to see whether the peer still answers.
    case keepalive
    /// The peer has had the time to hear that this connection shuts down.
    case shutdownHeard
    /// A header block that was begun must have ended.
    case headerBlockDue
    /// Time to see which streams take nothing, and which requests do not go on.
    case stalledStreams
    /// The connection has lived long enough.
    case maxAge
    /// Time to see whether there were calls.
    case idle
    /// Calls that outlived the connection's end have had their time.
    case graceOver

    /// Whether it means nothing while the shell reads nothing. The shell arms it again then.
    package var waitsForWhatIsRead: Bool {
        switch self {
        case .settingsDue, .headerBlockDue: true
        case .deadline, .keepalive, .shutdownHeard, .stalledStreams, .maxAge, .idle, .graceOver: false
        }
    }
}

/// What the shell is to do with its timers, in order.
package enum TimerChange: Equatable, Sendable {
    case arm(ConnectionTimer, after: Duration)
    /// Harmless when it is not armed.
    case disarm(ConnectionTimer)
}
