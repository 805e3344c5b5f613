/// One member under suspicion, and how long it has to object (Lifeguard §IV-B).
///
/// Starts at the maximum and falls with each independent accuser towards the minimum, so that one member that cannot
/// hear waits long and a member that nobody can reach is given up soon.
struct Suspicion: Equatable, Sendable {
    let incarnation: UInt64
    let begunAt: GossipInstant
    let minimum: Duration
    let maximum: Duration
    /// How many confirmations bring it down to the minimum.
    let confirmationsWanted: Int
    /// The first is the one who began it; it does not count.
    private(set) var accusers: [ProcessID]
    /// Added while this process stood still: what it did not hear then, it could not have heard.
    private(set) var postponed: Duration = .zero

    init(
        incarnation: UInt64, by accuser: ProcessID, at now: GossipInstant, fleetSize: Int,
        configuration: GossipConfiguration
    ) {
        self.incarnation = incarnation
        begunAt = now
        let scale = max(1, Logarithm.decimal(Double(max(1, fleetSize))))
        minimum = configuration.probeInterval * (configuration.suspicionMultiplier * scale)
        maximum = minimum * configuration.suspicionMaximumFactor
        // The suspect cannot confirm, nor I what I have said: with too few others it would stay at the maximum.
        let others = fleetSize - 2
        confirmationsWanted = others < configuration.suspicionConfirmations ? 0 : configuration.suspicionConfirmations
        accusers = [accuser]
    }

    var confirmations: Int { accusers.count - 1 }

    var timeout: Duration {
        guard confirmationsWanted > 0 else { return minimum }
        let share = Logarithm.natural(Double(confirmations + 1)) / Logarithm.natural(Double(confirmationsWanted + 1))
        return max(minimum, maximum - (maximum - minimum) * share)
    }

    var deadline: GossipInstant { begunAt + timeout + postponed }

    /// - Returns: whether this accuser is another one, and one of those that count: only they are passed on.
    mutating func confirm(by accuser: ProcessID) -> Bool {
        guard confirmations < confirmationsWanted, !accusers.contains(accuser) else { return false }
        accusers.append(accuser)
        return true
    }

    mutating func postpone(by pause: Duration) { postponed += pause }
}
