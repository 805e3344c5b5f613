internal import Gossip
internal import SidecarAPI

// Between what a wake is here and what `sidecar.peer.v1` calls it.

extension ComputeLocation {
    var peerMessage: PeerV1.ComputeLocation {
        PeerV1.ComputeLocation(
            endpoint: endpoint.text,
            version: PeerV1.Version(generation: version.generation, sequence: version.sequence),
            address: address, serverName: serverName ?? "", computeID: computeID, coldStartInfo: coldStartInfo ?? "")
    }

    /// - Returns: `nil` when the message lacks something, or is about another endpoint than the one asked about.
    init?(_ message: PeerV1.ComputeLocation, askedAbout endpoint: EndpointName) {
        guard message.endpoint == endpoint.text, let version = message.version,
            let place = NetworkAddress(message.address)
        else { return nil }
        self.init(
            endpoint: endpoint,
            version: FactVersion(generation: version.generation, sequence: version.sequence), host: place.host,
            port: place.port, serverName: message.serverName.isEmpty ? nil : message.serverName,
            computeID: message.computeID, coldStartInfo: message.coldStartInfo.isEmpty ? nil : message.coldStartInfo)
    }
}

extension WakeFailure {
    var peerMessage: PeerV1.WakeFailure {
        let delay = (retryAfter ?? .zero) / .milliseconds(1)
        return PeerV1.WakeFailure(
            reason: reason.rawValue, message: clientMessage, sqlState: sqlState,
            retryAfterMillis: UInt64(min(max(delay, 0), 3_600_000)))
    }

    /// A reason this build does not know becomes `controlPlaneRefused`; its text and SQLSTATE stay.
    init(_ message: PeerV1.WakeFailure, from member: MemberID) {
        let reason = Reason(rawValue: message.reason) ?? .controlPlaneRefused
        let delay = min(message.retryAfterMillis, 3_600_000)
        self.init(
            reason: reason, clientMessage: message.message.isEmpty ? nil : message.message,
            sqlState: message.sqlState.utf8.count == 5 ? message.sqlState : nil,
            retryAfter: delay == 0 ? nil : .milliseconds(delay),
            detail: "\(member): \(message.reason)")
    }
}

extension PeerV1.WakeRequest {
    init(_ call: WakeCall, errand: WakeErrand, remaining: Duration) {
        self.init(
            endpoint: call.endpoint.text, seenGeneration: call.key.seen,
            deadlineMillis: UInt64(clamping: Int64(remaining / .milliseconds(1))), hops: call.hops,
            sessionID: errand.session, applicationName: errand.applicationName ?? "", round: call.key.round,
            suspected: call.suspected.map(\.name))
    }

    var session: SessionContext {
        SessionContext(
            id: SessionID(sessionID), applicationName: applicationName.isEmpty ? nil : applicationName)
    }
}

extension WakeKey {
    init(_ message: PeerV1.WakeKey) {
        self.init(seen: message.seenGeneration, round: message.round)
    }

    var message: PeerV1.WakeKey { PeerV1.WakeKey(seenGeneration: seen, round: round) }
}

extension WakeFlightState {
    /// - Returns: `nil` for a state of a later protocol.
    init?(_ message: PeerV1.FlightReply) {
        switch message.state {
        case .underWay: self = .underWay(message.key.map { WakeKey($0) } ?? WakeKey(seen: 0))
        case .idle: self = .idle
        case .draining: self = .draining
        case .unspecified, .unrecognized: return nil
        }
    }
}

extension PeerV1.FlightReply {
    init(_ state: WakeFlightState) {
        switch state {
        case .underWay(let key): self.init(state: .underWay, key: key.message)
        case .idle: self.init(state: .idle)
        case .draining: self.init(state: .draining)
        }
    }
}

extension PeerV1.Redirect {
    init(to owner: MemberID, unknown: [MemberCard]) {
        let page = RepairAnswer.page(unknown.map { .member($0, .alive) }, nextBucket: nil)
        self.init(owner: owner.name, unknown: unknown.isEmpty ? [] : page.encoded)
    }

    /// None when they cannot be read: the redirect counts all the same.
    var cards: [MemberCard] {
        guard !unknown.isEmpty, case .page(let entries, _)? = try? RepairAnswer(decoding: unknown) else { return [] }
        return entries.prefix(WakeReception.redirectedCardLimit).compactMap { entry in
            guard case .member(let card, _) = entry else { return nil }
            return card
        }
    }
}
