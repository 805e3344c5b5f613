/// What a shell sees of a connection, be it the client's or the server's.
///
/// The shell owns the socket, the clock and the timers. After anything it puts in, and whenever it is woken, it takes
/// the output until there is none, then the timer changes, and closes the socket once the connection is finished.
package protocol DrivenConnection: AnyObject, SendableMetatype {
    func receive(_ bytes: borrowing RawSpan, at now: ContinuousClock.Instant)
    /// Puts out bytes for the peer; none when there are none now, or no room for a whole frame.
    func takeOutput(into output: inout OutputRawSpan, at now: ContinuousClock.Instant)
    /// Asked for however full the socket is: what has to happen in time although nothing can be sent happens here.
    func takeTimerChanges(at now: ContinuousClock.Instant) -> [TimerChange]
    func timerFired(_ timer: ConnectionTimer)
    /// The socket has gone. Nothing may be asked of the connection after this.
    func connectionLost()
    /// All output has been taken and none will follow.
    var isFinished: Bool { get }
}

extension DrivenConnection {
    /// Room that is enough for any frame.
    package static var leastOutputRoom: Int { HTTP2Session.longestOutput }
}
