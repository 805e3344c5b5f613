import Gossip
import Testing

/// Every state × event, with an incarnation below, at and above the known one. facts/gossip.md §1.3.
struct PrecedenceTests {
    struct Row: Sendable {
        var known: MemberHealth
        var claim: MemberHealth
        /// For 4, 5 and 6 against a known 5.
        var outcomes: [Precedence.Outcome]
    }

    static let table: [Row] = [
        Row(known: .alive, claim: .alive, outcomes: [.ignored, .ignored, .becomes(.alive)]),
        Row(known: .alive, claim: .suspect, outcomes: [.ignored, .becomes(.suspect), .becomes(.suspect)]),
        Row(known: .alive, claim: .dead, outcomes: [.ignored, .becomes(.dead), .becomes(.dead)]),
        Row(known: .alive, claim: .left, outcomes: [.ignored, .becomes(.left), .becomes(.left)]),
        Row(known: .suspect, claim: .alive, outcomes: [.ignored, .ignored, .becomes(.alive)]),
        Row(known: .suspect, claim: .suspect, outcomes: [.ignored, .confirms, .becomes(.suspect)]),
        Row(known: .suspect, claim: .dead, outcomes: [.ignored, .becomes(.dead), .becomes(.dead)]),
        Row(known: .suspect, claim: .left, outcomes: [.ignored, .becomes(.left), .becomes(.left)]),
        Row(known: .dead, claim: .alive, outcomes: [.ignored, .ignored, .becomes(.alive)]),
        Row(known: .dead, claim: .suspect, outcomes: [.ignored, .ignored, .raises]),
        Row(known: .dead, claim: .dead, outcomes: [.ignored, .ignored, .raises]),
        Row(known: .dead, claim: .left, outcomes: [.ignored, .becomes(.left), .becomes(.left)]),
        Row(known: .left, claim: .alive, outcomes: [.ignored, .ignored, .becomes(.alive)]),
        Row(known: .left, claim: .suspect, outcomes: [.ignored, .ignored, .raises]),
        Row(known: .left, claim: .dead, outcomes: [.ignored, .ignored, .raises]),
        Row(known: .left, claim: .left, outcomes: [.ignored, .ignored, .raises]),
    ]

    @Test(arguments: table) func `whose word counts`(row: Row) {
        let outcomes = [4, 5, 6].map { Precedence.outcome(of: row.claim, $0, against: row.known, 5) }
        #expect(outcomes == row.outcomes, "\(row.claim) against \(row.known)")
    }

    @Test func `the table is whole`() {
        #expect(Self.table.count == 16)
    }
}
