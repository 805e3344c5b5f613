internal import PostgresWire
internal import SidecarAPI
internal import Transport

// Between what a cancel request is here and what `sidecar.peer.v1` calls it.

extension PeerV1.CancelRequest {
    init(_ key: CancelKey, from origin: ClientOrigin) {
        self.init(
            processID: key.processID, secret: key.secret, clientAddress: origin.address?.description ?? "",
            privateLink: origin.privateLink ?? "")
    }

    /// `nil` for a secret that no key has.
    var key: CancelKey? { CancelKey(processID: processID, secret: secret) }

    var origin: ClientOrigin {
        ClientOrigin(address: IPAddress(clientAddress), privateLink: privateLink.isEmpty ? nil : privateLink)
    }
}

extension CancelOutcome {
    /// - Returns: `nil` for an outcome of a later protocol.
    init?(_ message: PeerV1.CancelOutcome) {
        switch message {
        case .found: self = .done
        case .notFound: self = .notFound
        case .refused: self = .refused
        case .failed: self = .failed
        case .unspecified, .unrecognized: return nil
        }
    }

    var message: PeerV1.CancelOutcome {
        switch self {
        case .done: .found
        case .notFound: .notFound
        case .refused: .refused
        case .failed: .failed
        }
    }
}
