internal import Synchronization

/// How many of something may be under way at once; whoever comes too late is refused and does not wait.
final class Turns: Sendable {
    /// Held for as long as the thing is under way; given back when nobody holds it any more, however that came.
    final class Turn: Sendable {
        private let turns: Turns

        fileprivate init(of turns: Turns) {
            self.turns = turns
        }

        deinit {
            turns.taken.withLock { $0 -= 1 }
        }
    }

    private let limit: Int
    private let taken = Mutex(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// - Returns: `nil` when there is none left.
    func take() -> Turn? {
        let isFree = taken.withLock { taken in
            guard taken < limit else { return false }
            taken += 1
            return true
        }
        return isFree ? Turn(of: self) : nil
    }
}
