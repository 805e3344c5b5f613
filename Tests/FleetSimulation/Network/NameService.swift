/// What DNS says about the fleet: the addresses of a moment ago, unless something is wrong with it.
package struct NameService: Sendable {
    /// How old an answer may be: a record's time to live.
    package static let refreshInterval: Span = .seconds(5)
    /// Addresses in one answer; a resolver passes no more of a large fleet.
    private static let answerLimit = 128

    private var dice: Dice
    private var records: [Int] = []
    private var refreshedAt: Moment?
    package var trouble: Fault.NameTrouble?

    package init(seed: UInt64) {
        dice = Dice(seed: seed)
    }

    /// - Parameter current: the addresses of all hosts that are up.
    package mutating func answer(at now: Moment, current: () -> [Int]) -> [Int] {
        let isOld = refreshedAt.map { now - $0 >= Self.refreshInterval } ?? true
        if isOld, trouble != .stale {
            records = current()
            refreshedAt = now
        }
        switch trouble {
        case .empty: return []
        case .foreign: return [AddressBook.firstForeign, AddressBook.firstForeign + 1] + records.prefix(2)
        case .partial: return records.filter { _ in dice.chance(0.5) }
        case .stale, nil:
            guard records.count > Self.answerLimit else { return records }
            return (0..<Self.answerLimit).map { _ in records[dice.index(below: records.count)] }
        }
    }
}
