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
