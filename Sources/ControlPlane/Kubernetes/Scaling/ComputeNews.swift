internal import FoundationEssentials

/// What an agent said that every control plane has to know, whichever of them it was said to: kept on the StatefulSet.
package struct ComputeNews: Codable, Equatable, Sendable {
    package enum Phase: String, Codable, Sendable {
        case running
        /// It ran, and is started again: in a pod that follows one that was lost, at another address.
        case restarting
        /// Postgres is about to stop: nobody may be sent there any more.
        case ending
        /// Postgres has stopped in order.
        case ended
        /// It could not be started, or died.
        case failed
    }

    package var generation: UInt64
    /// Of the transition that said so.
    package var sequence: UInt64
    package var phase: Phase
    /// `host:port` of Postgres, while it runs.
    package var address: String?
    /// The name in its certificate.
    package var serverName: String?
    package var computeID: String?
    /// Why it failed, for the operator.
    package var error: String?
    /// Of one that failed: it had run before, in this generation. `nil`: as far as is known it had not.
    package var hasRun: Bool?

    /// Characters of an error.
    private static let errorLimit = 300

    package init(
        generation: UInt64, sequence: UInt64, phase: Phase, location: ComputeLocation? = nil, error: String? = nil
    ) {
        self.generation = generation
        self.sequence = sequence
        self.phase = phase
        address = location?.address
        serverName = location?.serverName
        computeID = location?.computeID
        self.error = error.map { String($0.prefix(Self.errorLimit)) }
    }

    /// - Returns: `nil` for a text that is not ours.
    package init?(annotation: String) {
        guard let news = try? JSONDecoder().decode(ComputeNews.self, from: Data(annotation.utf8)) else { return nil }
        self = news
    }

    package var annotation: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Where it accepts connections; `nil` when it does not.
    package var location: ComputeLocation? {
        guard phase == .running, let address, let computeID else { return nil }
        return ComputeLocation(
            generation: generation, sequence: sequence, address: address, serverName: serverName ?? computeID,
            computeID: computeID)
    }

    /// Whether only the number is another one, as in a report of activity.
    package func isRepeated(by later: ComputeNews) -> Bool {
        var renumbered = self
        renumbered.sequence = later.sequence
        return renumbered == later
    }

    package func isNewer(than other: ComputeNews?) -> Bool {
        guard let other else { return true }
        return (generation, sequence) > (other.generation, other.sequence)
    }
}
