package import GRPCLite
package import Gossip

/// Who may call what (design §8). Fails closed: no certificate, no single identity, a service that is not listed here,
/// a proxy that is not a member: no.
package struct ServiceAuthorization: Sendable {
    private let members: Set<MemberID>

    package init(members: [MemberID]) {
        self.members = Set(members)
    }

    /// - Parameter method: `/package.Service/Method`.
    /// - Returns: the status to refuse with, or `nil` to let the call in.
    package func refusal(of method: String, for peer: PeerIdentity) -> GRPCStatus? {
        guard let identity = FleetIdentity(uriNames: peer.uriNames) else {
            return GRPCStatus(.unauthenticated, "a certificate with one sidecar:// identity is needed")
        }
        return mayCall(service(of: method), identity)
            ? nil : GRPCStatus(.permissionDenied, "this identity may not call this service")
    }

    private func mayCall(_ service: Substring, _ identity: FleetIdentity) -> Bool {
        switch (service, identity) {
        case ("sidecar.report.v1.Reports", .compute): true
        case ("sidecar.peer.v1.Peer", .proxy(let member)): members.contains(member)
        case ("sidecar.admin.v1.Admin", .admin): true
        default: false
        }
    }

    private func service(of method: String) -> Substring {
        guard method.first == "/", let end = method.lastIndex(of: "/") else { return "" }
        return method[method.index(after: method.startIndex)..<max(end, method.index(after: method.startIndex))]
    }
}
