/// So many questions in every second, whoever asks. Time is an argument.
package struct QuestionBudget: Sendable {
    package typealias Instant = ContinuousClock.Instant

    private static let window: Duration = .seconds(1)

    private let limit: Int
    private var began: Instant?
    private var used = 0

    package init(limit: Int) {
        self.limit = limit
    }

    /// - Returns: whether one more may be asked, which is then counted.
    package mutating func take(at now: Instant) -> Bool {
        if began.map({ $0 + Self.window <= now }) ?? true { (began, used) = (now, 0) }
        guard used < limit else { return false }
        used += 1
        return true
    }
}
