package import Gossip

/// One thing that happened, for those who watch.
package struct FleetEvent: Sendable, Equatable {
    package enum Kind: Sendable, Hashable, CaseIterable {
        case member, fact, wake, sessions, reload, drain
    }

    package enum What: Sendable, Equatable {
        case member(MemberID, MemberChange, detail: String)
        case fact(Fact, from: FactOrigin)
        /// An agent told this proxy something else about its compute than before.
        case reported(EndpointName, FactVersion, ReportedChange, detail: String)
        case wakeBegan(EndpointName, WakeBeginning)
        case wakeEnded(EndpointName, WakeBeginning, WakeEnding)
        /// How many are open.
        case sessions(Int)
        /// Something was read anew. `trouble`: it stays as it was, and why.
        case reload(String, trouble: String?)
        /// This proxy is in this phase of its drain, with so many sessions left.
        case drain(phase: String, sessions: Int)
    }

    package enum MemberChange: String, Sendable {
        case joined, replaced, suspect, alive, dead, left, draining, returned
        case tcpOnly = "tcp-only"
    }

    /// What an agent has told anew.
    package enum ReportedChange: String, Sendable { case pageservers, scale }

    /// Who says what has become known.
    package enum FactOrigin: String, Sendable {
        case agent, gossip
        case controlPlane = "control-plane"
        /// Another proxy, asked for a wake.
        case peer
        /// A failed dial of this proxy.
        case proxy
        case admin

        init(_ origin: LocationCache.Origin) {
            switch origin {
            case .agent: self = .agent
            case .gossip: self = .gossip
            case .controlPlane: self = .controlPlane
            case .peer: self = .peer
            }
        }
    }

    package struct WakeBeginning: Sendable, Equatable {
        package var seenGeneration: UInt64
        /// Who calls the control plane.
        package var owner: MemberID
    }

    package struct WakeEnding: Sendable, Equatable {
        /// `ok`, or why it failed.
        package var outcome: String
        /// Who was answered.
        package var waiters: Int
        package var took: Duration
    }

    package var atUnixMicros: Int64
    package var what: What

    package init(atUnixMicros: Int64, _ what: What) {
        self.atUnixMicros = atUnixMicros
        self.what = what
    }
}

extension FleetEvent.What {
    package var kind: FleetEvent.Kind {
        switch self {
        case .member: .member
        case .fact, .reported: .fact
        case .wakeBegan, .wakeEnded: .wake
        case .sessions: .sessions
        case .reload: .reload
        case .drain: .drain
        }
    }

    /// What it is about, if about one.
    package var endpoint: EndpointName? {
        switch self {
        case .fact(.endpoint(let fact), _): fact.endpoint
        case .fact(.secrets(let fact), _): fact.endpoint
        case .wakeBegan(let endpoint, _), .wakeEnded(let endpoint, _, _), .reported(let endpoint, _, _, _): endpoint
        case .member, .sessions, .reload, .drain: nil
        }
    }
}

/// What somebody wants to see.
package struct EventFilter: Sendable, Equatable {
    /// Empty: all.
    package var kinds: Set<FleetEvent.Kind>
    /// `nil`: whatever it is about, or nothing at all.
    package var endpoint: EndpointName?

    package init(kinds: Set<FleetEvent.Kind> = [], endpoint: EndpointName? = nil) {
        self.kinds = kinds
        self.endpoint = endpoint
    }

    package func fits(_ what: FleetEvent.What) -> Bool {
        (kinds.isEmpty || kinds.contains(what.kind)) && (endpoint == nil || what.endpoint == endpoint)
    }
}
