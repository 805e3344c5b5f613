/// Decides whether a peer may call a method, before anything of the call runs.
/// - Returns: `nil` to let it, or the status to refuse it with.
package typealias CallAuthorization = @Sendable (_ method: String, _ peer: PeerIdentity) -> GRPCStatus?
