internal import Glibc
internal import Transport

/// Roles, databases and extensions of the Postgres that runs.
extension PostgresKeeper {
    /// How long Postgres may take to lift its size limit for us, and how often we look.
    private static let overrideLimit: Duration = .seconds(1)
    private static let overridePause: Duration = .milliseconds(1)

    /// - Throws: `CatalogFailure` for what Postgres refused; `CatalogUnfinished` when it takes too long.
    func applyCatalog(of spec: ComputeSpec, isServing: Bool) async throws {
        guard let login = login() else { return }
        let limit = configuration.catalogLimits.whole
        let progress = CatalogProgress()
        do {
            try await Deadline.run(until: .now + limit) {
                try await self.applyCatalog(of: spec, login, isServing: isServing, noting: progress)
            }
        } catch is Deadline.Passed {
            throw CatalogUnfinished(limit: limit, underWay: progress.description)
        }
    }

    private func applyCatalog(
        of spec: ComputeSpec, _ login: AdministratorLogin, isServing: Bool, noting progress: CatalogProgress
    ) async throws {
        // Also when there is nothing to apply: only a session proves that clients can be served.
        let connection = try await login.open()
        do {
            try await applyCatalog(of: spec, over: connection, login, isServing: isServing, noting: progress)
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }

    private func applyCatalog(
        of spec: ComputeSpec, over connection: PostgresConnection, _ login: AdministratorLogin, isServing: Bool,
        noting progress: CatalogProgress
    ) async throws {
        let privileged = configuration.privilegedRole
        let mark = AppliedMark(of: spec, privileged: privileged)
        // What an attached Postgres had applied, nobody but itself knows.
        let isApplied = spec.storageMode != .attached && mark.isStored(beside: directory)
        // A read-only compute has what the primary applied.
        guard spec.mode == .primary, !spec.skipCatalogUpdates, !isApplied else { return }
        let applier = CatalogApplier(login: login, privileged: privileged, log: log, progress: progress)
        let (report, failedMigration) = try await withoutSizeLimit(of: spec, over: connection) {
            let report = try await applier.apply(spec, over: connection, isServing: isServing)
            guard report.failures.isEmpty, let privileged else { return (report, nil as Int?) }
            return (report, await CatalogMigrations(privileged: privileged, log: log).run(over: connection))
        }
        guard report.failures.isEmpty else { throw CatalogFailure(failures: report.failures) }
        if let failedMigration {
            // Without the mark it is tried again at the next start.
            metrics.migrationFailed(failedMigration)
        } else if spec.storageMode != .attached {
            try mark.store(beside: directory)
        }
        try await letSubscribersRun(spec)
    }

    /// A database that is full for its users must still be put right by us.
    private func withoutSizeLimit<Value>(
        of spec: ComputeSpec, over connection: PostgresConnection, _ work: () async throws -> Value
    ) async throws -> Value {
        let name = ComputeSpec.NeonSetting.maxClusterSize
        guard let process, process.isOurs, spec.cluster.setting(name) != nil else { return try await work() }
        let override = TemporaryOverride(
            directory: directory, user: try SystemUser.forPostgres(requested: configuration.runAs),
            reload: { process.send(SIGHUP) })
        return try await override.during([name: "-1"]) {
            let end = ContinuousClock.now + Self.overrideLimit
            // Postgres reads its files some time after the signal. Without it in force most things can be done as well.
            while try await connection.query("SHOW \(name)") != [["-1"]], ContinuousClock.now < end {
                // Nobody tells when that is. Bounded by `end`.
                try await Task.sleep(for: Self.overridePause)
            }
            return try await work()
        }
    }

    /// What subscribed before is gone; whatever subscribes now does so on purpose.
    private func letSubscribersRun(_ spec: ComputeSpec) async throws {
        guard spec.dropsSubscriptionsBeforeStart, spec.storageMode == .pageserver, !isRidOfSubscriptions, let process
        else { return }
        isRidOfSubscriptions = true
        try await load(spec, into: process)
    }
}
