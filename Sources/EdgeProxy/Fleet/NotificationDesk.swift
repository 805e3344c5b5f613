internal import Gossip
package import Logging

/// Takes what a control plane pushes, to any one proxy, and has the whole fleet ask anew: at once, and again a little
/// later, because whoever is asked may read from a replica that lags.
package final class NotificationDesk: Sendable {
    /// What came of a notification.
    package struct Summary: Equatable, Sendable {
        package var topic: SettingsNotification.Topic
        /// Whose secrets and settings are asked for anew.
        package var names: [String]
        /// Those of them whose name gossip cannot carry: only this proxy knows.
        package var untold: [String]

        package init(topic: SettingsNotification.Topic, names: [String], untold: [String]) {
            self.topic = topic
            self.names = names
            self.untold = untold
        }
    }

    private struct Repetition: Sendable {
        var names: [String]
        var due: ContinuousClock.Instant
    }

    /// Repetitions that wait; beyond it the oldest are dropped. They have been applied once.
    private static let limit = 4_096

    private let facts: FactBridge
    private let lag: Duration
    private let logger: Logger
    private let repetitions: AsyncStream<Repetition>
    private let repeating: AsyncStream<Repetition>.Continuation

    /// - Parameter lag: from the first application to the second.
    package init(facts: FactBridge, lag: Duration = .seconds(20), logger: Logger) {
        self.facts = facts
        self.lag = lag
        self.logger = logger
        (repetitions, repeating) = AsyncStream.makeStream(
            of: Repetition.self, bufferingPolicy: .bufferingNewest(Self.limit))
    }

    /// Applies everything a second time when it is due, until its task is cancelled.
    package func run() async {
        for await repetition in repetitions {
            // They all wait equally long, so the first that came is the first that is due.
            guard (try? await Task.sleep(until: repetition.due, clock: .continuous)) != nil else { return }
            for name in repetition.names { _ = await facts.secretsChanged(named: name) }
        }
    }

    /// What has been applied is applied again.
    package func repeatLater(_ names: [String]) {
        repeating.yield(Repetition(names: names, due: .now + lag))
    }

    /// - Returns: when this proxy has let go of it, and gossip has it.
    package func receive(_ json: [UInt8]) async throws(SettingsNotification.Malformed) -> Summary {
        let notification = try SettingsNotification(decoding: json)
        guard notification.topic != .unknown else {
            logger.info("a notification about something else")
            return Summary(topic: .unknown, names: [], untold: [])
        }
        return await apply(notification)
    }

    package func apply(_ notification: SettingsNotification) async -> Summary {
        var untold: [String] = []
        for name in notification.names {
            if await !facts.secretsChanged(named: name) { untold.append(name) }
        }
        repeatLater(notification.names)
        logger.info(
            "settings changed",
            metadata: ["topic": "\(notification.topic.rawValue)", "names": "\(notification.names.count)"])
        return Summary(topic: notification.topic, names: notification.names, untold: untold)
    }
}
