internal import Logging
internal import Transport

/// Looks at intervals who is being served. One session for all looks; a failed look costs it, and the next opens another.
struct ActivityMonitor: Sendable {
    let login: AdministratorLogin
    let interval: Duration
    let runningSinceMicros: Int64
    let log: Logger

    /// How long one look may take before its outcome is unknown.
    static let lookLimit: Duration = .seconds(5)

    /// Until the task is cancelled.
    func run(_ report: @Sendable (Activity) -> Void) async {
        var tracker = ActivityTracker(runningSinceMicros: runningSinceMicros)
        var session: PostgresConnection?
        while !Task.isCancelled {
            var news: Activity?
            do {
                let present: PostgresConnection
                if let session { present = session } else { present = try await login.open() }
                session = present
                let sample = try await Self.look(over: present)
                news = tracker.sampled(sample, atUnixMicros: UnixClock.micros())
            } catch {
                log.debug("could not look who is being served", metadata: ["error": "\(error)"])
                news = tracker.lookFailed()
                await session?.close()
                session = nil
            }
            if Task.isCancelled { break }
            if let news { report(news) }
            try? await Task.sleep(for: interval)
        }
        await session?.close()
    }

    private static func look(over session: PostgresConnection) async throws -> ActivitySample {
        try await withThrowingTaskGroup(of: ActivitySample.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                guard let row = try await session.query(ActivitySample.query).first,
                    let sample = ActivitySample(row: row)
                else { throw MonitorFailure(description: "unexpected answer") }
                return sample
            }
            group.addTask {
                try await Task.sleep(for: lookLimit)
                throw MonitorFailure(description: "no answer within \(lookLimit)")
            }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }
}

struct MonitorFailure: Error, CustomStringConvertible {
    var description: String
}
