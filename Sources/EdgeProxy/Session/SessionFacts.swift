package import Gossip
internal import NIOCore

/// Where a session is on its way.
package enum SessionPhase: String, Sendable, CaseIterable {
    /// Nobody knows yet who it is: TLS and the startup packet.
    case handshake
    /// It proves its role.
    case authenticating
    /// It waits for its compute: wake, dial, login.
    case connecting
    case joined
    /// Not a session but a cancel request, held until its compute has acted.
    case cancelling
}

/// Whether a client asked for the replication protocol. PostgreSQL, “Streaming Replication Protocol”.
package enum ReplicationMode: String, Sendable {
    case none, physical
    /// `replication=database`: plain SQL is possible too.
    case logical

    /// - Parameter value: of the startup parameter `replication`: a boolean as PostgreSQL reads it, or `database`.
    package init(parameter value: [UInt8]) {
        let word = String(decoding: value, as: UTF8.self).lowercased()
        if word == "database" {
            self = .logical
        } else {
            // `parse_bool`: any beginning of a word that is no beginning of another one.
            let isTrue =
                !word.isEmpty && ("true".hasPrefix(word) || "yes".hasPrefix(word) || ["on", "1"].contains(word))
            self = isTrue ? .physical : .none
        }
    }
}

/// What is known of one client connection, and stays as it is while bytes go by.
package struct SessionFacts: Sendable, Equatable {
    package let id: SessionID
    /// Microseconds since 1970-01-01 UTC, for people.
    package let startedUnixMicros: Int64
    package let started: ContinuousClock.Instant
    package var origin: ClientOrigin
    package var phase = SessionPhase.handshake
    /// When it came into this phase.
    package var phaseSince: ContinuousClock.Instant
    /// From here on: `nil` until the client has said so, which it does before it proves anything.
    package var endpoint: EndpointName?
    package var role: String?
    package var database: String?
    package var applicationName: String?
    package var replication = ReplicationMode.none
    /// The compute it is joined to; `nil` before.
    package var compute: ComputeLocation?

    package init(
        id: SessionID, origin: ClientOrigin, startedUnixMicros: Int64, started: ContinuousClock.Instant = .now
    ) {
        self.id = id
        self.origin = origin
        self.startedUnixMicros = startedUnixMicros
        self.started = started
        phaseSince = started
    }

    /// When it was joined to its compute.
    package var joined: ContinuousClock.Instant? { phase == .joined ? phaseSince : nil }

    mutating func entered(_ phase: SessionPhase) {
        self.phase = phase
        phaseSince = .now
    }

    mutating func introduced(_ introduction: Introduction) {
        endpoint = introduction.endpoint
        role = introduction.role
        database = introduction.database
        applicationName = introduction.applicationName
        replication = introduction.replication
    }
}
