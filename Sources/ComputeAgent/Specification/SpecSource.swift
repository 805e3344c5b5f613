package import Telemetry

/// Where this agent gets its spec, again and again.
package enum SpecSource: Sendable {
    case file(String)
    /// From nowhere: it is pushed over HTTP.
    case pushed
    case controlPlane(base: String, computeID: String, token: Secret<String>)

    var canFetch: Bool {
        if case .pushed = self { false } else { true }
    }

    /// - Returns: `nil` while the compute belongs to no endpoint.
    package func fetch() async throws -> ComputeSpec? { try await fetchEnvelope().spec }

    /// The spec with what the agent itself is told beside it.
    ///
    /// - Parameter note: told the status of each answer of a control plane, `0` for none.
    package func fetchEnvelope(noting note: @Sendable (String) -> Void = { _ in }) async throws -> SpecEnvelope {
        switch self {
        case .file(let path):
            guard let bytes = OwnedFile.readGiven(path, limit: SpecEnvelope.byteLimit) else {
                throw SpecFailure(at: "", "\(path): cannot be read")
            }
            return try SpecEnvelope(json: bytes)
        case .pushed:
            return SpecEnvelope(spec: nil)
        case .controlPlane(let base, let computeID, let token):
            return try await ControlPlaneSpecs(base: base, computeID: computeID, token: token).fetch(noting: note)
        }
    }
}
