internal import Gossip

/// What a ``ReportJournal`` keeps, as the text of its file: a line that says whose it is, then a line per transition,
/// oldest first.
///
/// A value: told what was found in the file, it answers each new transition with what to write there.
package struct TransitionLog: Sendable {
    package enum Writing: Equatable, Sendable {
        /// Behind what is there.
        case append([UInt8])
        /// In place of all that is there, at once or not at all.
        case replace([UInt8])
    }

    /// Oldest first, the newest always among them.
    package private(set) var transitions: [Transition]

    private let limit: Int
    private let header: String
    /// Lines in the file, the header aside.
    private var lineCount: Int
    /// Whether the file may end in half a line.
    private var isTorn = false

    /// - Parameters:
    ///   - bytes: of the file; `nil` when there is none. What another compute or generation left means nothing.
    ///   - limit: transitions that are kept, as many as a queue keeps. The file holds at most twice as many.
    package init(computeID: String, generation: UInt64, limit: Int, found bytes: [UInt8]?) {
        self.limit = max(1, limit)
        header = "\(computeID) \(generation)"
        var lines = String(decoding: bytes ?? [], as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)[...]
        transitions = []
        if lines.popFirst().map(String.init) == header {
            // A line that was cut off by the end of the process was told to nobody.
            transitions = lines.dropLast().compactMap { TransitionText.read(String($0)) }
                .filter { $0.version.generation == generation }
        }
        transitions.trim(to: self.limit)
        lineCount = transitions.count
    }

    /// The file as it should be.
    package var text: [UInt8] {
        Array((([header] + transitions.map(TransitionText.write)).joined(separator: "\n") + "\n").utf8)
    }

    package mutating func append(_ transition: Transition) -> Writing {
        transitions.append(transition)
        transitions.trim(to: limit)
        lineCount += 1
        guard !isTorn, lineCount <= limit * 2 else {
            lineCount = transitions.count
            isTorn = false
            return .replace(text)
        }
        return .append(Array((TransitionText.write(transition) + "\n").utf8))
    }

    /// The last writing did not succeed, or not whole: what follows must not stand behind half a line.
    package mutating func writingFailed() {
        isTorn = true
    }
}

extension [Transition] {
    /// Leaves the newest ones. Those that only moved what is observed go first, since a newer one says all they said; a
    /// change of state goes when there is nothing else. The newest always stays.
    ///
    /// - Returns: the places of those that went, in the order of going; each counted when the ones before had gone.
    @discardableResult
    mutating func trim(to limit: Int) -> [Int] {
        var places: [Int] = []
        while count > Swift.max(1, limit) {
            let victim = dropLast().firstIndex(where: \.isActivityOnly) ?? startIndex
            remove(at: victim)
            places.append(victim)
        }
        return places
    }
}
