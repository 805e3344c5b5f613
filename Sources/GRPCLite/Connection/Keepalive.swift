/// Finds out that a silent peer has gone, by a PING and a limit for its answer. Any byte counts as an answer.
struct Keepalive {
    struct Configuration: Sendable, Equatable {
        /// Silence after which a PING is sent; at most twice this long. Below 10 s other implementations take it for abuse.
        var interval: Duration
        /// How long any byte may then take to come.
        var timeout: Duration
    }

    enum Action: Equatable {
        case ping, rearm(after: Duration), giveUp
    }

    let configuration: Configuration
    private var hasHeard = false
    private var isProbing = false
    /// Nobody asked after the last interval, since there was no call to ask for.
    private var isDormant = false

    init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// - Returns: the wait for the next silence, which an answer to the question begins anew.
    mutating func bytesReceived() -> Action? {
        isDormant = false
        hasHeard = !isProbing
        guard isProbing else { return nil }
        isProbing = false
        return .rearm(after: configuration.interval)
    }

    /// The first call after a time without any.
    mutating func callBegan() -> [Action] {
        guard isDormant else { return [] }
        isDormant = false
        isProbing = true
        return [.ping, .rearm(after: configuration.timeout)]
    }

    /// - Parameter mayPing: whether there is a call to ask for, or none is needed.
    mutating func timerFired(mayPing: Bool = true) -> [Action] {
        if hasHeard {
            hasHeard = false
            return [.rearm(after: configuration.interval)]
        }
        if isProbing { return [.giveUp] }
        guard mayPing else {
            isDormant = true
            return [.rearm(after: configuration.interval)]
        }
        isProbing = true
        return [.ping, .rearm(after: configuration.timeout)]
    }
}
