/// The fleet as far as waking cares: who may own, who is doubted, who is about to leave.
///
/// Members that are dead, have left, or speak another version of the wake protocol are not in it.
package struct WakeView: Equatable, Sendable {
    package enum Standing: Equatable, Sendable {
        case alive
        /// Somebody missed its sign of life. Still an owner, and reason enough to hedge.
        case suspect
        /// Finishes what it has begun and owns nothing new.
        case draining
    }

    package struct Member: Equatable, Sendable {
        package var id: MemberID
        package var standing: Standing

        package init(id: MemberID, standing: Standing = .alive) {
            self.id = id
            self.standing = standing
        }
    }

    package let me: MemberID
    /// In order of name, this member among them.
    package private(set) var members: [Member]

    /// - Parameter members: in any order; a name given twice counts once. This member is added when it is missing.
    package init(me: MemberID, members: [Member]) {
        self.me = me
        var sorted: [Member] = []
        for member in (members + [Member(id: me)]).sorted(by: { $0.id < $1.id }) where sorted.last?.id != member.id {
            sorted.append(member)
        }
        self.members = sorted
    }

    package var isDraining: Bool { standing(of: me) == .draining }

    package func standing(of member: MemberID) -> Standing? {
        var (low, high) = (0, members.count)
        while low < high {
            let middle = (low + high) / 2
            if members[middle].id < member { low = middle + 1 } else { high = middle }
        }
        return low < members.count && members[low].id == member ? members[low].standing : nil
    }

    /// Who owns the endpoint, and who comes after: everybody who is not draining, highest weight first.
    package func ranking(for endpoint: EndpointName) -> [MemberID] {
        Rendezvous.ranked(members.filter { $0.standing != .draining }.map(\.id), for: endpoint)
    }
}
