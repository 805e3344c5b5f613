package import Gossip

/// Who is here, and who is one too many. Decides; waits for nothing and locks nothing.
///
/// Strangers (who have not proved who they are) have a limit of their own: a flood of half-open logins must not lock out
/// those who prove who they are. And behind each limit there is a reserve for those who hold less than their share of
/// the room: as long as one source or one endpoint alone fills it, everybody else still finds a place.
package struct AdmissionLedger: Sendable {
    package struct Limits: Sendable, Equatable {
        /// Clients that have not proved who they are, cancel requests included, whoever they are.
        package var strangers = 2_000
        /// All clients, whoever they are.
        package var sessions = 10_000

        package init() {}

        /// Beyond `strangers`, for sources and endpoints that have few of them.
        package var strangerReserve: Int { strangers / 4 }
        /// Beyond `sessions`, for endpoints that have few of them.
        package var sessionReserve: Int { sessions / Self.sessionReserveShare }

        static let sessionReserveShare = 8
    }

    package let limits: Limits
    private var strangers = 0
    private var sessions = 0
    private var strangersBySource: [SourceNetwork: Int] = [:]
    private var strangersByEndpoint: [EndpointName: Int] = [:]
    private var sessionsByEndpoint: [EndpointName: Int] = [:]

    package init(_ limits: Limits) {
        self.limits = limits
    }

    package var strangerCount: Int { strangers }
    package var sessionCount: Int { sessions }
    /// Sources and endpoints that are remembered: no more than there are clients.
    package var keyCount: Int { strangersBySource.count + strangersByEndpoint.count + sessionsByEndpoint.count }

    /// A client came.
    ///
    /// - Throws: when it has to go; then it has never been here.
    package mutating func enter(from source: SourceNetwork) throws(AdmissionRefusal) {
        guard strangers < limits.strangers + limits.strangerReserve else { throw .strangers }
        guard sessions < limits.sessions + limits.sessionReserve else { throw .sessions }
        if strangers >= limits.strangers { try claim(share: limits.strangers, of: strangersBySource, for: source) }
        // While they say which endpoint they want, strangers stand in the room that is kept for endpoints with few
        // sessions: no source may fill that either.
        if sessions >= limits.sessions { try claim(share: limits.sessionReserve, of: strangersBySource, for: source) }
        strangers += 1
        sessions += 1
        strangersBySource[source, default: 0] += 1
    }

    /// It turned out where the stranger really comes from: a balancer told.
    ///
    /// - Throws: when it has to go. It still has to leave, as one from where it seemed to come from.
    package mutating func moved(from seeming: SourceNetwork, to source: SourceNetwork) throws(AdmissionRefusal) {
        guard seeming != source else { return }
        // It is counted among all by now, and not among its source's.
        if strangers > limits.strangers { try claim(share: limits.strangers, of: strangersBySource, for: source) }
        if sessions > limits.sessions { try claim(share: limits.sessionReserve, of: strangersBySource, for: source) }
        Self.subtract(seeming, from: &strangersBySource)
        strangersBySource[source, default: 0] += 1
    }

    /// The stranger said which endpoint it wants.
    ///
    /// - Throws: when it has to go. It still has to leave, as one that named nothing.
    package mutating func named(_ endpoint: EndpointName) throws(AdmissionRefusal) {
        do {
            // It is counted among all by now, and not among its endpoint's.
            if strangers > limits.strangers {
                try claim(share: limits.strangers, of: strangersByEndpoint, for: endpoint)
            }
            if sessions > limits.sessions { try claim(share: limits.sessions, of: sessionsByEndpoint, for: endpoint) }
        } catch {
            throw .endpointShare
        }
        strangersByEndpoint[endpoint, default: 0] += 1
        sessionsByEndpoint[endpoint, default: 0] += 1
    }

    /// The client has proved who it is.
    package mutating func proved(from source: SourceNetwork, at endpoint: EndpointName?) {
        strangers -= 1
        Self.subtract(source, from: &strangersBySource)
        if let endpoint { Self.subtract(endpoint, from: &strangersByEndpoint) }
    }

    package mutating func left(from source: SourceNetwork, at endpoint: EndpointName?, asStranger: Bool) {
        if asStranger { proved(from: source, at: endpoint) }
        sessions -= 1
        if let endpoint { Self.subtract(endpoint, from: &sessionsByEndpoint) }
    }

    // MARK: - Shares

    /// Everybody who is here, and whoever comes, could have as much of `room`.
    private func claim<Key: Hashable>(share room: Int, of held: [Key: Int], for key: Key) throws(AdmissionRefusal) {
        let claimants = held.count + (held[key] == nil ? 1 : 0)
        guard held[key, default: 0] < max(1, room / claimants) else { throw .sourceShare }
    }

    private static func subtract<Key: Hashable>(_ key: Key, from counts: inout [Key: Int]) {
        guard let count = counts[key] else { return }
        counts[key] = count > 1 ? count - 1 : nil
    }
}
