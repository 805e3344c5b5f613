package import Gossip

/// What one process has been told by its core, kept beside it to see whether it ever contradicts itself.
package struct MemberLedger: Sendable {
    private struct Known: Sendable {
        var version: FactVersion
        var rank: Int
    }

    /// Looked up only.
    private var facts: [EndpointName: Known] = [:]
    private var revisions: [EndpointName: UInt64] = [:]
    /// Processes declared dead, with the incarnation that died. Looked up only.
    private var buried: [ProcessID: UInt64] = [:]

    package init() {}

    /// Versions never go down, and what was at or below a floor does not come back.
    ///
    /// - Returns: what is wrong with learning this, if anything is.
    package mutating func learn(_ fact: Fact) -> String? {
        switch fact {
        case .endpoint(let fact):
            let new = Known(version: fact.version, rank: Self.rank(fact.phase))
            if let old = facts[fact.endpoint], (new.version, new.rank) < (old.version, old.rank) {
                return "learned \(fact.endpoint) \(fact.version) \(fact.phase) after \(old.version) rank \(old.rank)"
            }
            facts[fact.endpoint] = new
        case .secrets(let fact):
            if let old = revisions[fact.endpoint], fact.revision < old {
                return "learned revision \(fact.revision) of \(fact.endpoint) after \(old)"
            }
            revisions[fact.endpoint] = fact.revision
        }
        return nil
    }

    package func version(of endpoint: EndpointName) -> FactVersion? { facts[endpoint]?.version }

    /// Nobody who has died with an incarnation lives on with the same one.
    package mutating func see(_ report: MemberReport) -> String? {
        let (process, incarnation) = (report.card.process, report.card.incarnation)
        switch report.health {
        case .dead, .left: buried[process] = max(buried[process] ?? 0, incarnation)
        case .alive, .suspect:
            if let died = buried[process], incarnation <= died {
                return "\(report.card.name) process \(process.bits) is \(report.health) at incarnation \(incarnation), "
                    + "but died at \(died)"
            }
        }
        return nil
    }

    private static func rank(_ phase: EndpointFact.Phase) -> Int {
        switch phase {
        case .running: 0
        case .unreachable: 1
        case .ended: 2
        }
    }
}
