internal import Logging
internal import PostgresWire
internal import Transport

/// Makes a running Postgres have the roles, databases and extensions of a spec. What one object's statements come to does
/// not keep the others from theirs.
struct CatalogApplier: Sendable {
    let login: AdministratorLogin
    /// ``CatalogPlan/init(from:to:privileged:)``.
    let privileged: String?
    let log: Logger
    var progress = CatalogProgress()

    /// Roles per round trip.
    private static let batch = 100

    /// What would be said: nothing is changed.
    func plan(_ wanted: ComputeSpec, over session: PostgresConnection) async throws -> CatalogPlan {
        let present = try await CatalogPicture.take(over: session, for: wanted, privileged: privileged)
        return CatalogPlan(from: present, to: wanted, privileged: privileged)
    }

    /// - Parameters:
    ///   - session: in `postgres`; goes on, and shows nobody what it does.
    ///   - isServing: whether clients are there, who need sessions too.
    func apply(
        _ wanted: ComputeSpec, over session: PostgresConnection, isServing: Bool
    ) async throws -> CatalogReport {
        let present = try await CatalogPicture.take(over: session, for: wanted, privileged: privileged)
        let plan = CatalogPlan(from: present, to: wanted, privileged: privileged)
        // `pg_stat_activity` shows statements, and so verifiers, to members of pg_monitor.
        if !plan.steps.isEmpty { try await session.query("SET track_activities = off") }
        let width =
            isServing
            ? CatalogConcurrency.whileServing(wanted.reconfigureConcurrency)
            : CatalogConcurrency.beforeServing(maxConnections: present.maxConnections)
        var report = CatalogReport(
            results: plan.problems.map { .init(object: $0.object, statements: 0, error: $0.text) })
        for stage in CatalogStep.Stage.allCases {
            let steps = plan.steps.filter { $0.stage == stage }
            guard !steps.isEmpty else { continue }
            report.results +=
                stage.isSequential
                ? try await inTurn(steps, over: session) : try await atOnce(steps, width: width)
        }
        log.info(
            "applied roles and databases",
            metadata: ["statements": "\(report.statementCount)", "failures": "\(report.failures.count)"])
        return report
    }

    // MARK: - In turn

    /// Many in one round trip, which is one transaction; when that fails, each by itself, to know which it was.
    private func inTurn(
        _ steps: [CatalogStep], over session: PostgresConnection
    ) async throws -> [CatalogReport.Result] {
        var results: [CatalogReport.Result] = []
        for start in stride(from: 0, to: steps.count, by: Self.batch) {
            let part = steps[start..<min(start + Self.batch, steps.count)]
            part.forEach { progress.begins($0.object) }
            do {
                _ = try await session.query(part.flatMap(\.statements).joined(separator: "; "))
                part.forEach { progress.ends($0.object) }
                results += part.map { .init(object: $0.object, statements: $0.statements.count, error: nil) }
            } catch let error as PostgresServerError where error.isOfStatement {
                part.forEach { progress.ends($0.object) }
                for step in part { results.append(try await say(step, over: session)) }
            }
        }
        return results
    }

    // MARK: - At once

    /// Several workers, each with a session of its own.
    private func atOnce(_ steps: [CatalogStep], width: Int) async throws -> [CatalogReport.Result] {
        let queue = StepQueue(steps)
        return try await withThrowingTaskGroup(of: [CatalogReport.Result].self) { group in
            for _ in 0..<min(width, steps.count) {
                group.addTask {
                    var worker = CatalogWorker(applier: self)
                    do {
                        while let step = queue.next() { try await worker.carryOut(step) }
                    } catch {
                        await worker.close()
                        throw error
                    }
                    await worker.close()
                    return worker.results
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// One statement at a time: Postgres makes and removes databases outside transactions.
    func say(_ step: CatalogStep, over session: PostgresConnection) async throws -> CatalogReport.Result {
        progress.begins(step.object)
        for (position, statement) in step.statements.enumerated() {
            do {
                try await insist(statement, about: step.object, over: session)
            } catch  where Self.isOfStatement(error) {
                progress.ends(step.object)
                log.error("could not apply", metadata: ["object": "\(step.object)", "error": "\(error)"])
                return .init(object: step.object, statements: position + 1, error: "\(error)")
            }
        }
        progress.ends(step.object)
        return .init(object: step.object, statements: step.statements.count, error: nil)
    }

    /// The session goes on.
    private static func isOfStatement(_ error: any Error) -> Bool {
        error is LockNotObtained || (error as? PostgresServerError)?.isOfStatement == true
    }
}

extension PostgresServerError {
    /// The session goes on.
    var isOfStatement: Bool { response.fields.severity == .error }
}
