/// Why there is no gossip socket.
package struct GossipSocketFailure: Error, Equatable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        /// The address is no IP address, is not this machine's, or is taken.
        case cannotBind
        /// Bound to every address of this machine, and none of them means anything to others: say which to advertise.
        case nothingToAdvertise
        case outOfMemory
    }

    package var reason: Reason
    /// For the operator: names the address.
    package var detail: String

    package var description: String { "\(reason): \(detail)" }
}
