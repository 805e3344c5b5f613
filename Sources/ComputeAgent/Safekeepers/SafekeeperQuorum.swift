/// Whether the answers of the safekeepers alone say where the log ends, so that no election is needed.
///
/// That is so only when a majority has answered, all of them alike, and nothing is written that is not also committed:
/// then no tail of the log is left to be finished, and every majority that may answer later holds what these do.
package enum SafekeeperQuorum {
    /// What one safekeeper said to `TIMELINE_STATUS`.
    package enum Answer: Equatable, Sendable {
        case status(flush: LSN, commit: LSN)
        /// It was reached, and knows no such timeline.
        case timelineUnknown
        /// No answer in time, or none that can be read.
        case none
    }

    package enum Verdict: Equatable, Sendable {
        case agreed(LSN)
        case undecided(Reason)
    }

    /// Why the log has to be synchronized by an election.
    package enum Reason: Equatable, Sendable, CustomStringConvertible {
        case tooFewAnswers(Int, needed: Int)
        case timelineUnknown(at: Int)
        case flushDiffers
        case commitDiffers
        case notAllCommitted

        package var description: String {
            switch self {
            case .tooFewAnswers(let count, let needed): "\(count) answered, \(needed) are needed"
            case .timelineUnknown(let count): "\(count) do not know the timeline"
            case .flushDiffers: "they have written different amounts"
            case .commitDiffers: "they know different commits"
            case .notAllCommitted: "something is written and not committed"
            }
        }
    }

    /// - Parameter answers: one for every safekeeper in the spec's list.
    package static func judge(_ answers: [Answer]) -> Verdict {
        let given = answers.filter { $0 != .none }
        let needed = answers.count / 2 + 1
        guard given.count >= needed else { return .undecided(.tooFewAnswers(given.count, needed: needed)) }
        let unknown = given.count { $0 == .timelineUnknown }
        guard unknown == 0 else { return .undecided(.timelineUnknown(at: unknown)) }
        var first: (flush: LSN, commit: LSN)?
        for case .status(let flush, let commit) in given {
            let expected = first ?? (flush, commit)
            guard flush == expected.flush else { return .undecided(.flushDiffers) }
            guard commit == expected.commit else { return .undecided(.commitDiffers) }
            first = expected
        }
        guard let first, first.flush == first.commit else { return .undecided(.notAllCommitted) }
        return .agreed(first.commit)
    }
}
