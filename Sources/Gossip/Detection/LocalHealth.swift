/// How far this process trusts itself (Lifeguard §IV-A): 0 is well. Whoever is slow itself accuses others late.
struct LocalHealth: Equatable, Sendable {
    private let maximum: Int
    private(set) var score = 0

    init(maximum: Int) {
        self.maximum = max(0, maximum)
    }

    /// - Returns: whether it changed.
    @discardableResult
    mutating func change(by step: Int) -> Bool {
        let new = min(maximum, max(0, score + step))
        defer { score = new }
        return new != score
    }

    /// A failed probe costs a point, or with helpers one for each of them that did not even say that it got no answer.
    mutating func probeFailed(helpers: Int, nacks: Int) -> Bool {
        change(by: helpers == 0 ? 1 : max(0, helpers - nacks))
    }

    func stretched(_ duration: Duration) -> Duration { duration * (score + 1) }
}
