/// Finds out that a silent peer has gone, by a PING and a limit for its answer. Any byte counts as an answer.
struct Keepalive {
    struct Configuration: Sendable, Equatable {
        /// Silence after which a PING is sent. Below 10 s other implementations take it for abuse.
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

    init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    mutating func bytesReceived() {
        hasHeard = true
    }

    mutating func timerFired() -> [Action] {
        if hasHeard {
            hasHeard = false
            isProbing = false
            return [.rearm(after: configuration.interval)]
        }
        if isProbing { return [.giveUp] }
        isProbing = true
        return [.ping, .rearm(after: configuration.timeout)]
    }
}
