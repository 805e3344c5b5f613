internal import ArgumentParser
internal import EdgeProxy

/// How a proxy ends.
struct DrainOptions: ParsableArguments {
    @Option(help: "From the first signal to the end of the last session.")
    var drainDeadline = DurationArgument(seconds: 30)

    @Option(
        help: """
            From readiness 503 to the end of accepting, for balancers to hear of it: longer than they take to. 0 where \
            nobody asks.
            """)
    var drainLag = PauseArgument(seconds: 5)

    @Option(help: "Many sessions are asked to leave over this long at most, 500 a second, not in one instant.")
    var drainSpread = PauseArgument(seconds: 10)

    @Option(help: "Replication sessions come to no idle point: wait for the deadline, or end them.")
    var drainReplication = DrainSettings.Policy.wait

    @Option(help: "Sessions that said LISTEN wait for notifications: wait for the deadline, or end them when idle.")
    var drainListen = DrainSettings.Policy.wait

    func apply(to configuration: inout EdgeProxyConfiguration) throws {
        guard let deadline = drainDeadline.duration else {
            throw CommandFailure.badConfiguration("--drain-deadline: must be a time, such as 30s")
        }
        configuration.drainDeadline = deadline
        configuration.drain.lag = drainLag.duration
        configuration.drain.spread = drainSpread.duration
        configuration.drain.replication = drainReplication
        configuration.drain.listen = drainListen
    }
}

extension DrainSettings.Policy: ExpressibleByArgument {}

/// A span of time that may be nothing: `0`, `500ms`, `5s`.
struct PauseArgument: ExpressibleByArgument, CustomStringConvertible {
    let duration: Duration
    let description: String

    init?(argument: String) {
        description = argument
        if ["0", "0ms", "0s"].contains(argument) {
            duration = .zero
        } else if let some = DurationArgument(argument: argument)?.duration {
            duration = some
        } else {
            return nil
        }
    }

    /// For defaults.
    init(seconds: Int) {
        duration = .seconds(seconds)
        description = "\(seconds)s"
    }
}
