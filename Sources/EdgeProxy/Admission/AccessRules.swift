package import Transport

/// From where one may connect to an endpoint, as the control plane tells it (facts: edge proxy §6).
package struct AccessRules: Equatable, Sendable {
    package var allowedAddresses: AllowList
    /// Ids of private links. Empty: every one.
    package var allowedPrivateLinks: Set<String>
    package var blocksPublicNetwork: Bool
    package var blocksPrivateLinks: Bool

    /// For an endpoint that nobody restricts.
    package static let open = AccessRules()

    package init(
        allowedAddresses: AllowList = AllowList(), allowedPrivateLinks: Set<String> = [],
        blocksPublicNetwork: Bool = false, blocksPrivateLinks: Bool = false
    ) {
        self.allowedAddresses = allowedAddresses
        self.allowedPrivateLinks = allowedPrivateLinks
        self.blocksPublicNetwork = blocksPublicNetwork
        self.blocksPrivateLinks = blocksPrivateLinks
    }

    /// - Parameter entrance: which of the two kinds of proxy the client came to.
    /// - Returns: why the client is turned away; `nil` when it may come in.
    package func denial(of origin: ClientOrigin, at entrance: Entrance) -> AccessDenial? {
        switch entrance {
        case .publicNetwork:
            guard allowedAddresses.allows(origin.address) else { return .address(origin.address) }
            return blocksPublicNetwork ? .blockedNetwork : nil
        case .privateLink:
            // Behind a private link every client has an address of its owner's own choice, so no list of addresses holds.
            guard !blocksPrivateLinks else { return .blockedNetwork }
            guard let link = origin.privateLink else { return .noPrivateLink }
            return allowedPrivateLinks.isEmpty || allowedPrivateLinks.contains(link) ? nil : .privateLink(link)
        }
    }
}

/// Through what kind of proxy clients come in.
package enum Entrance: Sendable {
    case publicNetwork
    /// A proxy that only private links lead to (`--is-private-access-proxy`).
    case privateLink
}

/// Which rule turned a client away.
package enum AccessDenial: Equatable, Sendable {
    /// `nil`: nobody knows where the client comes from.
    case address(IPAddress?)
    case privateLink(String)
    case noPrivateLink
    case blockedNetwork
}
