/// One thing that happened to an endpoint, as its history tells it.
package struct HistoryEntry: Codable, Equatable, Sendable {
    /// By the clock of the source, microseconds since 1970-01-01 UTC. For people: order is the order of writing.
    package var atUnixMicros: Int64
    package var generation: UInt64
    /// Of the agent's transition. For what the control plane says: of the last transition it knew then, 0 before the first.
    package var sequence: UInt64
    /// `agent` or `control-plane`.
    package var source: String
    package var event: String
    /// May be empty.
    package var detail: String

    package init(
        atUnixMicros: Int64, generation: UInt64, sequence: UInt64 = 0, source: String = "control-plane", event: String,
        detail: String = ""
    ) {
        self.atUnixMicros = atUnixMicros
        self.generation = generation
        self.sequence = sequence
        self.source = source
        self.event = event
        self.detail = String(detail.prefix(Self.detailLimit))
    }

    /// Characters; an agent's error may be long.
    static let detailLimit = 500

    private enum CodingKeys: String, CodingKey {
        case atUnixMicros = "at_unix_micros"
        case generation, sequence, source, event, detail
    }
}
