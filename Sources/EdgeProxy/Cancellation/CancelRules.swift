package import Gossip

/// What a cancel request is held against before its compute hears of it: a key alone lets nobody in whom the endpoint's
/// rules keep out, and a compute that has ended is not dialled.
package struct CancelRules: Sendable {
    /// Whether a client of this origin may have to do with the endpoint.
    package var allows: @Sendable (_ origin: ClientOrigin, _ endpoint: EndpointName) async -> Bool
    /// Whether the compute of this version is known to have ended.
    package var hasEnded: @Sendable (_ endpoint: EndpointName, _ version: FactVersion) -> Bool

    package init(
        allows: @escaping @Sendable (ClientOrigin, EndpointName) async -> Bool = { _, _ in true },
        hasEnded: @escaping @Sendable (EndpointName, FactVersion) -> Bool = { _, _ in false }
    ) {
        self.allows = allows
        self.hasEnded = hasEnded
    }
}
