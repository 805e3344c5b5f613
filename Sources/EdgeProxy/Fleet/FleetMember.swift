package import Gossip

/// A member of the fleet as far as the proxy has to do with it.
package struct FleetMember: Sendable, Equatable {
    package var id: MemberID
    /// Where its Peer service listens.
    package var grpc: NetworkAddress
    /// The run that listens there. `nil`: nobody has said.
    package var process: ProcessID?
    /// `nil`: it takes no part in waking, since it speaks another version of it.
    package var standing: WakeView.Standing?
    package var card: MemberCard?

    package init(
        id: MemberID, grpc: NetworkAddress, process: ProcessID? = nil, standing: WakeView.Standing? = .alive,
        card: MemberCard? = nil
    ) {
        self.id = id
        self.grpc = grpc
        self.process = process
        self.standing = standing
        self.card = card
    }

    /// The version of the wake protocol that this build speaks.
    package static let wakeVersion: UInt8 = 1

    /// - Returns: `nil` for one that is dead or has left, and for one without an address to dial.
    package init?(_ report: MemberReport) {
        guard report.health.isLive, let grpc = NetworkAddress(report.card.grpc) else { return nil }
        let standing: WakeView.Standing =
            report.card.isDraining ? .draining : report.health == .suspect ? .suspect : .alive
        self.init(
            id: report.card.name, grpc: grpc, process: report.card.process,
            standing: report.card.wakeVersion == Self.wakeVersion ? standing : nil, card: report.card)
    }
}
