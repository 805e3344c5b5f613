internal import FoundationEssentials
package import Gossip

/// The embedded control plane's own API, for the admin: endpoints and their histories.
package struct EndpointCalls: Sendable {
    private struct Listing: Decodable {
        var endpoints: [EndpointRecord]
    }

    private struct History: Decodable {
        var history: [HistoryRecord]
    }

    private struct Creation: Encodable {
        var role: String?
        var database: String?
    }

    /// An admin waits this long for one answer.
    private static let limit: Duration = .seconds(30)
    /// And this long for a control plane that is not there.
    private static let outageLimit: Duration = .seconds(2)

    private let client: ControlPlaneClient

    package init(client: ControlPlaneClient) {
        self.client = client
    }

    package func all() async throws(ControlPlaneFailure) -> [EndpointRecord] {
        try await client.answer(to: call("GET", "endpoints"), as: Listing.self).endpoints
    }

    package func one(_ endpoint: EndpointName) async throws(ControlPlaneFailure) -> EndpointRecord {
        try await client.answer(to: call("GET", "endpoints/\(endpoint)"), as: EndpointRecord.self)
    }

    package func history(of endpoint: EndpointName) async throws(ControlPlaneFailure) -> [HistoryRecord] {
        try await client.answer(to: call("GET", "endpoints/\(endpoint)/history"), as: History.self).history
    }

    /// - Parameters:
    ///   - role: `nil` or empty: named like the endpoint. So for `database`.
    package func create(
        _ endpoint: EndpointName, role: String?, database: String?
    ) async throws(ControlPlaneFailure) -> CreatedEndpoint {
        var call = call("POST", "endpoints/\(endpoint)")
        let creation = Creation(
            role: role.flatMap { $0.isEmpty ? nil : $0 }, database: database.flatMap { $0.isEmpty ? nil : $0 })
        call.body = (try? JSONEncoder().encode(creation)).map { [UInt8]($0) }
        // Its answer holds a password that is told once.
        call.isIdempotent = false
        return try await client.answer(to: call, as: CreatedEndpoint.self)
    }

    /// Gone with all of its data when this returns.
    ///
    /// - Parameter force: stop its compute first, should one run.
    package func delete(_ endpoint: EndpointName, force: Bool) async throws(ControlPlaneFailure) {
        var call = call("DELETE", "endpoints/\(endpoint)")
        if force { call.query = [("force", "true")] }
        // Repeated, it could only say that there is no such endpoint.
        call.isIdempotent = false
        try await client.perform(call)
    }

    package func suspend(_ endpoint: EndpointName, immediately: Bool) async throws(ControlPlaneFailure) {
        var call = call("POST", "endpoints/\(endpoint)/suspend")
        call.query = [("mode", immediately ? "immediate" : "fast")]
        try await client.perform(call)
    }

    private func call(_ method: String, _ path: String) -> ControlPlaneClient.Call {
        ControlPlaneClient.Call(
            name: .endpoints, method: method, path: ControlPlaneClient.ownAPI + path, deadline: .now + Self.limit,
            outageLimit: Self.outageLimit)
    }
}
