/// One member's question to another: wake this endpoint, or say how its wake goes.
package struct WakeCall: Equatable, Sendable {
    package var endpoint: EndpointName
    package var key: WakeKey
    /// How often the question has been redirected. Whoever is asked with ``hopLimit`` answers it by itself, whatever
    /// its view: two views that disagree must not send a question to and fro (facts: gossip §4.3).
    package var hops: UInt32
    /// Members that the asker found silent: before the asked one wakes in their place, it looks for their flights. Not
    /// empty is what the facts call flagged (§4.4). In order of rank, at most ``suspectedLimit``.
    package var suspected: [MemberID]

    package static let hopLimit: UInt32 = 1
    package static let suspectedLimit = 8

    package init(endpoint: EndpointName, key: WakeKey, hops: UInt32 = 0, suspected: [MemberID] = []) {
        self.endpoint = endpoint
        self.key = key
        self.hops = hops
        self.suspected = Array(suspected.prefix(Self.suspectedLimit))
    }
}

/// What an asker hears of an asked member.
package enum WakeReply<Location: WakeLocation, Failure: WakeRefusal>: Equatable, Sendable {
    /// A sign of life: the wake is under way, under this key.
    case beat(WakeKey?)
    case settled(WakeOutcome<Location, Failure>)
    /// Somebody else owns the endpoint. The cards that came along have been handed to gossip before this is heard.
    case redirected(to: MemberID)
    /// The answer to a question about a flight.
    case state(WakeFlightState)
    /// Refused, reset, ended without an outcome, or never connected: nobody there.
    case lost
}

/// What a member says when it is asked about a flight.
package enum WakeFlightState: Equatable, Sendable {
    case underWay(WakeKey)
    /// Alive, and would wake if it were asked to.
    case idle
    /// About to leave: starts nothing new.
    case draining
}

/// In whose name something is asked; for logs and the control plane's records.
package struct WakeErrand: Equatable, Sendable {
    package var session: String
    package var applicationName: String?
    /// The trace that it belongs to, in whatever words the askers have for that.
    package var trace: String?

    package init(session: String, applicationName: String? = nil, trace: String? = nil) {
        self.session = session
        self.applicationName = applicationName
        self.trace = trace
    }
}

/// Somebody who waits for a wake: a session of this process, or a member's call. Given by ``WakeDesk/newWaiter()``.
package struct WakeWaiterID: Hashable, Comparable, Sendable {
    package var number: UInt64

    package init(_ number: UInt64) {
        self.number = number
    }

    package static func < (left: WakeWaiterID, right: WakeWaiterID) -> Bool { left.number < right.number }
}

/// One wake on its way.
package struct WakeFlightID: Hashable, Comparable, Sendable {
    package var number: UInt64

    package init(_ number: UInt64) {
        self.number = number
    }

    package static func < (left: WakeFlightID, right: WakeFlightID) -> Bool { left.number < right.number }
}

/// One question put to one member.
package struct WakeAskID: Hashable, Comparable, Sendable {
    package var number: UInt64

    package init(_ number: UInt64) {
        self.number = number
    }

    package static func < (left: WakeAskID, right: WakeAskID) -> Bool { left.number < right.number }
}
