package import Gossip

/// One process's waking: the core, and what the shell around it keeps.
package struct WakeRoom {
    package enum Waiter: Equatable, Sendable {
        case client(UInt64)
        case call(UInt64)
    }

    package var desk: SimulatedDesk
    /// Looked up only.
    package var waiters: [WakeWaiterID: Waiter] = [:]
    package var waiterOfCall: [UInt64: WakeWaiterID] = [:]
    package var callOfAsk: [WakeAskID: UInt64] = [:]
    package var askOfCall: [UInt64: WakeAskID] = [:]
    /// Calls that others have put to this process and that are not answered, in order of arrival.
    package var incoming: [Call] = []
    package var timerToken: UInt64 = 0
    package var timerAt: Moment = .never

    package init(me: MemberID, seed: UInt64) {
        desk = SimulatedDesk(view: WakeView(me: me, members: []), seed: seed)
    }

    /// Nobody waits and nothing is on its way.
    package var isIdle: Bool {
        desk.flightCount == 0 && desk.waiterCount == 0 && desk.askCount == 0 && waiters.isEmpty && incoming.isEmpty
    }
}

/// What one member asks another about waking.
package enum PeerWake: Sendable {
    case wake(WakeCall, deadline: Moment, WakeErrand)
    case state(EndpointName)
}

package struct PeerWakeAnswer: Sendable {
    package var reply: WakeReply<SimulatedLocation, SimulatedRefusal>
    /// Cards of members that the caller seems not to know.
    package var cards: [MemberCard] = []

    package var isLast: Bool {
        if case .beat = reply { return false }
        return true
    }
}
