/// What the fleet tells each other besides who is in it. Numbered by whoever it is about, never by who relays it.
package enum Fact: Equatable, Sendable {
    case endpoint(EndpointFact)
    case secrets(SecretsFact)
}

/// Where an endpoint's compute is, or up to which version it is not.
package struct EndpointFact: Equatable, Sendable {
    package enum Phase: Equatable, Sendable {
        /// Dial it.
        case running(ComputePlace)
        /// This version and older failed for somebody. Whoever asks the control plane may hear otherwise.
        case unreachable
        /// The agent said that this version has come to its end.
        case ended
    }

    package var endpoint: EndpointName
    package var version: FactVersion
    package var phase: Phase

    package init(endpoint: EndpointName, version: FactVersion, phase: Phase) {
        self.endpoint = endpoint
        self.version = version
        self.phase = phase
    }
}

/// A compute to dial. A hint: the dialler proves the compute's identity before it sends anything of a client's.
package struct ComputePlace: Hashable, Sendable {
    package static let textLimit = 255

    /// `host:port`.
    package var address: String
    /// What its certificate must say.
    package var serverName: String
    package var computeID: String
    /// Where its agent answers, `host:port`; empty when nobody said.
    package var agentAddress: String

    package init(address: String, serverName: String, computeID: String, agentAddress: String = "") {
        self.address = address
        self.serverName = serverName
        self.computeID = computeID
        self.agentAddress = agentAddress
    }

    package var isWithinLimits: Bool {
        [address, serverName, computeID, agentAddress].allSatisfy { $0.utf8.count <= Self.textLimit }
    }
}

/// Role secrets and settings of this endpoint older than `revision` are stale.
package struct SecretsFact: Equatable, Sendable {
    package var endpoint: EndpointName
    /// Given by the control plane.
    package var revision: UInt64

    package init(endpoint: EndpointName, revision: UInt64) {
        self.endpoint = endpoint
        self.revision = revision
    }
}
