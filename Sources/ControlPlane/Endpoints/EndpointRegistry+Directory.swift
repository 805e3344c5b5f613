package import Gossip
package import Telemetry

extension EndpointRegistry: EndpointDirectory {
    package func endpoint(_ name: EndpointName) -> (any ServedEndpoint)? { controller(of: name) }
    package func endpoints() -> [any ServedEndpoint] { all() }
    package var isReady: Bool { true }
}

extension EndpointController: ServedEndpoint {
    /// A compute speaks for its own generation.
    package nonisolated func isSpokenFor(by computeID: String, generation: UInt64) -> Bool {
        computeID == EndpointRecord.computeID(name, generation: generation)
    }

    package func verifier(of role: String) -> Secret<String>? {
        role == currentRecord.role ? currentRecord.verifier : nil
    }

    package var rules: EndpointRules { currentRecord.rules }

    /// One that was replaced must not start again.
    package func specification(of computeID: String, suspendAfter: Duration?) throws -> [UInt8]? {
        let record = currentRecord
        guard EndpointRecord.computeID(name, generation: record.generation) == computeID else { return nil }
        return try ComputeSpecDocument(record, suspendAfter: suspendAfter).json(status: "attached")
    }
}
