internal import HTTPTypes
internal import PostgresWire
internal import Transport

/// `/promote`: a replica becomes the primary. It waits until the log is replayed as far as the old primary wrote it,
/// promotes, sees that it can write, and takes the new spec. A failure leaves everything as far as it got, and the call
/// may be repeated: each step is skipped when it is done.
struct PromoteRoute {
    let context: AgentContext
    let database: DatabaseDesk
    let configuration: AgentHTTPConfiguration

    /// One promotion at a time.
    private let turn = Turns(limit: 1)
    private static let lookAgain: Duration = .milliseconds(200)

    private static let answer = Schemas.object(
        [
            "status": .object(["enum": .list([.string("completed"), .string("failed")])]), "error": Schemas.text,
            "lsn_wait_time_ms": Schemas.count, "pg_promote_time_ms": Schemas.count,
            "reconfigure_time_ms": Schemas.count,
        ], optional: ["error", "lsn_wait_time_ms", "pg_promote_time_ms", "reconfigure_time_ms"])

    var route: AgentRoute {
        AgentRoute(
            method: .post, path: "/promote", listener: .external, needsToken: true,
            summary: "Makes a replica the primary, and gives it a new spec.",
            body: Schemas.object([
                "spec": .object(["type": .string("object")]), "wal_flush_lsn": Schemas.position,
            ]), bodyLimit: SpecEnvelope.byteLimit,
            answers: [
                .init(200, "It is.", Self.answer), .init(409, "Another promotion is under way.", Schemas.error),
                .init(412, "This is no replica, or not in this state.", Schemas.error),
                .init(500, "It did not work.", Self.answer), .init(504, "Postgres takes too long.", Schemas.error),
            ]
        ) { request in
            let fields = try request.object()
            guard case .string(let text)? = fields["wal_flush_lsn"], let position = LSN(text) else {
                throw AgentHTTPFailure(400, "wal_flush_lsn: is no position in a log")
            }
            let envelope: SpecEnvelope
            let spec: ComputeSpec
            do {
                envelope = try SpecEnvelope(json: request.body, from: .pushed)
                guard let pushed = envelope.spec else { throw SpecFailure(at: "spec", "must not be null") }
                try context.specs.refuseOther(pushed)
                spec = pushed
            } catch {
                throw AgentHTTPFailure(400, "\(error)")
            }
            guard let ours = turn.take() else { throw AgentHTTPFailure(409, "another promotion is under way") }
            defer { withExtendedLifetime(ours) {} }
            return try await promote(at: position, as: spec, beside: envelope.control)
        }
    }

    private func promote(
        at position: LSN, as spec: ComputeSpec, beside control: ComputeControl
    ) async throws -> AgentReply {
        let isReplica =
            try await database.ask { try await $0.query("SELECT pg_catalog.pg_is_in_recovery()") } == [["t"]]
        // A replica that was promoted, and whose new spec could not be applied, is one still to be made whole.
        let isHalfWay = context.specs.applied == nil && context.specs.stored == spec
        guard isReplica || context.specs.stored?.mode == .replica || isHalfWay else {
            throw AgentHTTPFailure(412, "this compute is no replica")
        }
        let clock = ContinuousClock()
        var times: [String: JSONValue] = [:]
        var began = clock.now
        let finish = { (name: String) in
            times[name] = .integer(Int64((clock.now - began) / .milliseconds(1)))
            began = clock.now
        }
        do {
            if isReplica {
                try await awaitReplay(of: position)
                finish("lsn_wait_time_ms")
                let promoted = try await database.ask {
                    try await $0.query("SELECT pg_catalog.pg_promote(true, 15)")
                }
                guard promoted == [["t"]] else { throw AgentHTTPFailure(500, "postgres was not promoted in time") }
                finish("pg_promote_time_ms")
            }
            try await database.ask { _ = try await $0.query(CatalogRoutes.writeQuery) }
            began = clock.now
            try await LifecycleRoutes(context: context, configuration: configuration)
                .apply(spec, beside: control)
            finish("reconfigure_time_ms")
            times["status"] = .string("completed")
            return AgentReply(200, .object(times))
        } catch let failure as AgentHTTPFailure {
            times["status"] = .string("failed")
            times["error"] = .string(failure.message)
            return AgentReply(500, .object(times))
        }
    }

    private func awaitReplay(of position: LSN) async throws {
        let end = ContinuousClock.now.advanced(by: configuration.replayLimit)
        while true {
            let row = try await database.ask {
                try await $0.query("SELECT pg_catalog.pg_last_wal_replay_lsn()::pg_catalog.text")
            }
            let replayed = (row.first?.first ?? nil).flatMap { LSN($0) }
            if let replayed, replayed >= position { return }
            guard ContinuousClock.now < end else {
                throw AgentHTTPFailure(500, "the log is replayed to \(replayed.map { "\($0)" } ?? "nowhere") only")
            }
            // Postgres has no way to wait for a position to be replayed. Bounded by `end`.
            try await Task.sleep(for: Self.lookAgain)
        }
    }
}
