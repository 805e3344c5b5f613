/// For how long Postgres has not answered, from one look to the next. Time is monotonic and given.
struct Downtime: Equatable, Sendable {
    private var lastAnswer: ContinuousClock.Instant?
    private var lastLook: ContinuousClock.Instant?

    /// - Returns: how long it has been silent, and how much of that is new. Both zero before its first answer.
    mutating func looked(answered: Bool, at now: ContinuousClock.Instant) -> (current: Duration, added: Duration) {
        defer { lastLook = now }
        guard !answered, let lastAnswer, let lastLook else {
            if answered { lastAnswer = now }
            return (.zero, .zero)
        }
        return (now - lastAnswer, now - lastLook)
    }
}
