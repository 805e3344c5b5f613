internal import Logging
internal import NIOCore
internal import PostgresWire
internal import TLSEngine
internal import Telemetry
internal import Transport

/// Asks every safekeeper at once how far its copy of the log goes.
struct SafekeeperCheck: Sendable {
    let timeline: RemoteTimeline
    /// For each safekeeper, dial and login included.
    let limit: Duration
    let group: any EventLoopGroup
    let log: Logger

    static let command = "TIMELINE_STATUS"

    func judge() async -> SafekeeperQuorum.Verdict {
        let answers = await withTaskGroup(of: SafekeeperQuorum.Answer.self) { tasks in
            for safekeeper in timeline.safekeepers { tasks.addTask { await ask(safekeeper) } }
            return await tasks.reduce(into: []) { $0.append($1) }
        }
        return SafekeeperQuorum.judge(answers)
    }

    private func ask(_ safekeeper: HostAndPort) async -> SafekeeperQuorum.Answer {
        let deadline = ContinuousClock.now + limit
        do {
            let connection = try await PostgresConnection.connect(
                to: .host(safekeeper.host, port: safekeeper.port), parameters: parameters, token: timeline.token,
                deadline: deadline, on: group.next())
            do {
                let rows = try await Deadline.run(until: deadline) { try await connection.query(Self.command) }
                await connection.close()
                return try Self.answer(in: rows)
            } catch {
                await connection.close()
                throw error
            }
        } catch {
            log.info("a safekeeper did not answer", metadata: ["safekeeper": "\(safekeeper)", "error": "\(error)"])
            return .none
        }
    }

    /// Safekeepers find the timeline in the session's options.
    private var parameters: StartupParameters {
        StartupParameters([
            ("user", PageserverAddress.anybody),
            ("options", "-c timeline_id=\(timeline.timelineID) tenant_id=\(timeline.tenantID)"),
        ])
    }

    private struct Unreadable: Error {}

    /// One row of `flush_lsn` and `commit_lsn`; no row when the timeline is not there.
    static func answer(in rows: [SimpleQuery.Row]) throws -> SafekeeperQuorum.Answer {
        guard let row = rows.first else { return .timelineUnknown }
        guard row.count >= 2, let flush = row[0].flatMap({ LSN($0) }), let commit = row[1].flatMap({ LSN($0) }) else {
            throw Unreadable()
        }
        return .status(flush: flush, commit: commit)
    }
}
