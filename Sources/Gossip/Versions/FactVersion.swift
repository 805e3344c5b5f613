/// The only thing that decides which of two facts about an endpoint is newer.
///
/// `generation` counts the starts of an endpoint and is given by the control plane; it is the fence. `sequence` counts
/// the state transitions its agent has made inside that generation. Compared in that order.
package struct FactVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var generation: UInt64
    package var sequence: UInt64

    package init(generation: UInt64, sequence: UInt64) {
        self.generation = generation
        self.sequence = sequence
    }

    /// Older than everything a control plane or an agent can say.
    package static let none = FactVersion(generation: 0, sequence: 0)

    /// At least as new as every fact of this generation: a floor here ends the generation as a whole.
    package static func end(ofGeneration generation: UInt64) -> FactVersion {
        FactVersion(generation: generation, sequence: .max)
    }

    package var description: String { "\(generation).\(sequence)" }

    package static func < (left: FactVersion, right: FactVersion) -> Bool {
        (left.generation, left.sequence) < (right.generation, right.sequence)
    }
}
