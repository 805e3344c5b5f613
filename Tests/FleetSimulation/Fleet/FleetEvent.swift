package import Gossip

/// What can happen at a moment of virtual time.
package enum FleetEvent: Sendable {
    case datagramArrived(Datagram)
    case timerFired(host: Int, token: UInt64)
    /// A host that was busy or stopped takes the next thing out of its inbox.
    case inboxDue(host: Int, life: Int)
    case namesDue(host: Int, life: Int)
    case processDue(host: Int, life: Int)
    case faultBegan(Int)
    case faultEnded(Int)
    case keysDue(step: Int, host: Int)
    case callArrived(Call)
    case answerArrived(call: UInt64, CallAnswer)
    case callBroke(call: UInt64)
    case workload(WorkloadEvent)
    /// The run's own business: an experiment looks at the fleet.
    case looked(Int)
}

/// A sealed datagram on its way.
package struct Datagram: Sendable {
    package var payload: [UInt8]
    /// Number in the address book.
    package var from: Int
    package var to: Int
    package var sender: ProcessID
    package var receiver: ProcessID?
    package var keyID: UInt8
    package var hasFlippedBit = false
}

/// What waits while a host is stopped or slow.
package enum InboxEntry: Sendable {
    case datagram(Datagram)
    case call(Call)
    case answer(call: UInt64, CallAnswer)
    case callBroke(call: UInt64)
    case timer(token: UInt64)
    case workload(WorkloadEvent)
}
