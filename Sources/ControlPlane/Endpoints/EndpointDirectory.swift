package import Gossip

/// All endpoints of a control plane.
package protocol EndpointDirectory: Sendable {
    /// - Throws: when nobody can say which endpoints there are.
    func endpoint(_ name: EndpointName) async throws -> (any ServedEndpoint)?

    /// By name.
    func endpoints() async throws -> [any ServedEndpoint]

    func create(_ name: EndpointName, role: String?, database: String?) async throws -> EndpointRegistry.Created

    /// Gives the endpoint's role a new password, for a fleet that has lost the old one.
    func resetPassword(_ name: EndpointName) async throws -> EndpointRegistry.Created
    func delete(_ name: EndpointName, force: Bool) async throws

    /// Whether requests can be answered.
    var isReady: Bool { get async }

    /// This control plane stops. What that means for computes is the directory's own matter.
    func close() async
}
