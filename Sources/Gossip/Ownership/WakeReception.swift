/// Decides what an asked member does with a question: answer it, or name somebody better (facts: gossip §4.3, §4.5).
package enum WakeReception {
    package enum Verdict: Equatable, Sendable {
        /// Join the flight or start one. Before one is started, look for those of `takingOverFrom`.
        case answer(takingOverFrom: [MemberID])
        /// - Parameter unknown: the members that the asker seems not to know, the new owner first: by its own ranking
        ///   it would have asked them before this one. At most ``redirectedCardLimit``.
        case redirect(to: MemberID, unknown: [MemberID])
    }

    package static let redirectedCardLimit = 8

    /// - Parameter canAnswer: a flight of this endpoint is under way here, or a later location is known already.
    package static func verdict(on call: WakeCall, view: WakeView, canAnswer: Bool) -> Verdict {
        if canAnswer { return .answer(takingOverFrom: []) }
        let predecessors = predecessors(of: view.me, among: call.suspected, for: call.endpoint)
        guard call.hops < WakeCall.hopLimit else { return .answer(takingOverFrom: predecessors) }
        let ranking = view.ranking(for: call.endpoint).filter { !call.suspected.contains($0) }
        guard let owner = ranking.first, owner != view.me else { return .answer(takingOverFrom: predecessors) }
        let better = ranking.prefix { $0 != view.me }.prefix(redirectedCardLimit)
        return .redirect(to: owner, unknown: Array(better))
    }

    /// The suspected who rank before `member`. The order of ranks depends on no view, so two members never look for a
    /// flight at each other, each waiting for the other's.
    package static func predecessors(
        of member: MemberID, among suspected: [MemberID], for endpoint: EndpointName
    ) -> [MemberID] {
        Array(Rendezvous.ranked(suspected + [member], for: endpoint).prefix { $0 != member })
    }
}
