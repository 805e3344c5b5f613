/// Who is at the other end of a mutually verified link, as the URI subject alternative name of its certificate says.
///
/// `sidecar://proxy/<id>`, `sidecar://compute/<endpoint>/<compute id>`, `sidecar://admin/<name>`,
/// `sidecar://control-plane/<id>`. Anything else is nobody.
package enum FleetIdentity: Hashable, Sendable, CustomStringConvertible {
    case proxy(MemberID)
    case compute(EndpointName, computeID: String)
    case admin(String)
    case controlPlane(String)

    private static let scheme = "sidecar://"

    /// - Returns: `nil` for another scheme, an unknown kind, a missing or empty part, or one part too many.
    package init?(uri: String) {
        guard uri.hasPrefix(Self.scheme) else { return nil }
        let parts = uri.dropFirst(Self.scheme.count).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty }), let kind = parts.first else { return nil }
        switch (kind, parts.count) {
        case ("proxy", 2): self = .proxy(MemberID(String(parts[1])))
        case ("admin", 2): self = .admin(String(parts[1]))
        case ("control-plane", 2): self = .controlPlane(String(parts[1]))
        case ("compute", 3):
            guard let endpoint = EndpointName(String(parts[1])) else { return nil }
            self = .compute(endpoint, computeID: String(parts[2]))
        default: return nil
        }
    }

    /// The one identity among a certificate's URI names.
    ///
    /// - Returns: `nil` when there is none, and also when there is more than one: a certificate that says two things
    ///   about its holder is believed in neither.
    package init?(uriNames: [String]) {
        let identities = uriNames.compactMap { FleetIdentity(uri: $0) }
        guard identities.count == 1, let only = identities.first else { return nil }
        self = only
    }

    package var uri: String {
        switch self {
        case .proxy(let id): Self.scheme + "proxy/" + id.name
        case .compute(let endpoint, let computeID): Self.scheme + "compute/" + endpoint.text + "/" + computeID
        case .admin(let name): Self.scheme + "admin/" + name
        case .controlPlane(let id): Self.scheme + "control-plane/" + id
        }
    }

    package var description: String { uri }
}
