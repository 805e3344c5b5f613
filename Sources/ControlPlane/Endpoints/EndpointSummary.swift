/// One endpoint as the administrators' API shows it.
package struct EndpointSummary: Codable, Equatable, Sendable {
    package var name: String
    /// The compute's state in lower case; `empty` when there was never one.
    package var state: String
    package var generation: UInt64
    /// Of the last transition in that generation. 0: none yet.
    package var sequence: UInt64
    /// `host:port`; empty when none runs.
    package var address: String
    /// Empty when none runs.
    package var computeID: String
    package var updatedUnixMicros: Int64

    private enum CodingKeys: String, CodingKey {
        case name, state, generation, sequence, address
        case computeID = "compute_id"
        case updatedUnixMicros = "updated_unix_micros"
    }
}
