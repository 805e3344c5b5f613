package import GRPCLite
internal import Gossip

/// Who may call what (design §8). Fails closed: no certificate, no single identity, a service that is not listed here:
/// no. A proxy of the fleet is whoever holds a certificate of the fleet's authority that says so; whether gossip has
/// heard of it yet does not matter, or nobody could join.
package struct ServiceAuthorization: Sendable {
    private let audit: AuditLog?

    /// - Parameter audit: told of everybody who is turned away from the Admin service.
    package init(_ audit: AuditLog? = nil) {
        self.audit = audit
    }

    /// ``refusal(of:for:)``, written down where it matters.
    package func verdict(on method: String, for peer: PeerIdentity) -> GRPCStatus? {
        let refusal = refusal(of: method, for: peer)
        if let refusal, service(of: method) == Self.admin { audit?.refused(method, peer, refusal) }
        return refusal
    }

    /// - Parameter method: `/package.Service/Method`.
    /// - Returns: the status to refuse with, or `nil` to let the call in.
    package func refusal(of method: String, for peer: PeerIdentity) -> GRPCStatus? {
        guard let identity = FleetIdentity(uriNames: peer.uriNames) else {
            return GRPCStatus(.unauthenticated, "a certificate with one sidecar:// identity is needed")
        }
        return mayCall(service(of: method), identity) || mayNotify(method, identity)
            ? nil : GRPCStatus(.permissionDenied, "this identity may not call this service")
    }

    private func mayCall(_ service: Substring, _ identity: FleetIdentity) -> Bool {
        switch (service, identity) {
        case ("sidecar.report.v1.Reports", .compute): true
        case ("sidecar.peer.v1.Peer", .proxy): true
        case (Self.admin[...], .admin): true
        default: false
        }
    }

    /// Control planes tell what has changed, and may do nothing else.
    private func mayNotify(_ method: String, _ identity: FleetIdentity) -> Bool {
        guard case .controlPlane = identity else { return false }
        return method == "/\(Self.admin)/Notify"
    }

    private static let admin = "sidecar.admin.v1.Admin"

    private func service(of method: String) -> Substring {
        guard method.first == "/", let end = method.lastIndex(of: "/") else { return "" }
        return method[method.index(after: method.startIndex)..<max(end, method.index(after: method.startIndex))]
    }
}
