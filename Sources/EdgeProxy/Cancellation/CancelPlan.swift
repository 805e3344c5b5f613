package import Gossip

/// What to do about a cancel key. Decided at the proxy that the client happened to reach; one that is asked by another
/// looks at its own sessions and no further, so that no request travels twice.
package enum CancelPlan: Equatable, Sendable {
    case act(CancelGrant, CancelPath)
    /// Members whose run the key may name.
    case ask([MemberID])
    case unknown

    /// - Parameters:
    ///   - own: what the key opens here.
    ///   - token: what it carries itself, if its time is not over.
    ///   - owners: other members whose run it names, by its few bits.
    package init(own: CancelGrant?, token: CancelGrant?, owners: [MemberID]) {
        if let own {
            self = .act(own, .own)
        } else if let token {
            self = .act(token, .token)
        } else {
            self = owners.isEmpty ? .unknown : .ask(Array(owners.prefix(Self.ownerLimit)))
        }
    }

    /// More members than this do not share one owner's bits unless a fleet has thousands.
    static let ownerLimit = 4
}
