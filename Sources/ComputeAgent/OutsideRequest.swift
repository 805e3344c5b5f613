/// Somebody outside wants this agent to end, or to read its spec again.
package enum OutsideRequest: Equatable, Sendable {
    case terminate(StopMode, reason: String)
    case refresh
}
