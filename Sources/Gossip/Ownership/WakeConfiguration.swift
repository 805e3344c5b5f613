/// Every wait and limit of waking. The defaults are those of facts: gossip §4, and of what a machine out of breath needs.
package struct WakeConfiguration: Sendable, Equatable {
    /// From one sign of life of an asked member to the next. 100 ms to 1 s; longer, and trouble is noticed later.
    package var beat: Duration = .milliseconds(250)
    /// For how long a member may keep still before its successor is asked: two beats missed, and half a beat of grace.
    package var quietAfter: Duration = .milliseconds(625)
    /// How long the first beat may take at least, however fast the answers have been.
    package var firstBeatFloor: Duration = .milliseconds(50)
    /// How long it may take while too few answers have been timed.
    package var firstBeatUnknown: Duration = .milliseconds(500)
    /// A timer that comes this late says that this process was held up, and is no evidence against anybody.
    package var lateTimer: Duration = .milliseconds(125)
    /// How many late timers in a row excuse a member. Zero excuses nobody.
    package var lateTimerLimit = 8
    /// How long a successor waits to hear of the flight it was asked to take over. A silent owner is replaced only
    /// then, so this bounds how long a pause may be that costs no second request.
    package var probePatience: Duration = .seconds(2)
    /// Silence that counts as gone, even when no more hedges may be made.
    package var goneAfter: Duration = .seconds(4)
    /// After so much silence of everybody who was asked, a member wakes by itself.
    package var lonelyAfter: Duration = .seconds(3)
    /// Waiters behind a dead owner ask its successor within this time, and not all at once.
    package var reaskJitter: Duration = .milliseconds(20)
    /// One hedge for so many wake calls within ``hedgeWindow``; the first one is always allowed.
    package var callsPerHedge = 20
    /// 1 s to 60 s, in whole seconds.
    package var hedgeWindow: Duration = .seconds(10)
    /// One wake, from its first waiter to its last attempt.
    package var flightLimit: Duration = .seconds(30)
    /// Left of the longest waiter's time when its flight ends, so that it hears why.
    package var farewell: Duration = .milliseconds(200)
    /// Flights at one time. One more is refused.
    package var flightCountLimit = 16_384
    /// Waiters at one time. One more is refused.
    package var waiterCountLimit = 131_072

    package init() {}
}
