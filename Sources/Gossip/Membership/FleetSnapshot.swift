/// A fleet that is up already, to start a member in the middle of: what it would know after a first sync.
///
/// Members started from one snapshot share its storage, which is what makes 10,000 of them fit into one simulation.
package struct FleetSnapshot: Sendable {
    let table: MemberTable
    let digest: StateDigest

    /// - Parameters:
    ///   - cards: one per member, each name and process once. Others are left out.
    ///   - hashKey: as in the members' ``GossipConfiguration``.
    package init(_ cards: [MemberCard], hashKey: [UInt8]) {
        let hash = KeyedHash(key: hashKey)
        var table = MemberTable()
        var digest = StateDigest()
        let origin = GossipInstant(nanoseconds: 0)
        for card in cards.sorted(by: { $0.process < $1.process }) {
            guard table.slot(of: card.name) == nil, table.slot(of: card.process) == nil else { continue }
            _ = table.insert(card, as: .alive, at: origin)
            digest.settleAtOnce(
                key: hash.memberKey(card.process), hash: hash.memberState(card.process, card.incarnation))
        }
        self.table = table
        self.digest = digest
    }
}

extension KeyedHash {
    private static let memberTag: UInt64 = 0x6d65_6d62_6572

    /// The subject that a member is.
    func memberKey(_ process: ProcessID) -> UInt64 { hash(process.bits, Self.memberTag) }

    /// What a live member adds to the digest.
    func memberState(_ process: ProcessID, _ incarnation: UInt64) -> UInt64 { hash(process.bits, incarnation) }
}
