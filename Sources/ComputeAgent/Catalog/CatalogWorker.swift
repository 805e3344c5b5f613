internal import Synchronization
internal import Transport

/// Steps that wait for whoever has time.
final class StepQueue: Sendable {
    private let steps: Mutex<ArraySlice<CatalogStep>>

    init(_ steps: [CatalogStep]) {
        self.steps = Mutex(steps[...])
    }

    func next() -> CatalogStep? { steps.withLock { $0.popFirst() } }
}

/// Carries steps out, each in a session of its database; one that it has is kept for the next step of the same database.
struct CatalogWorker {
    let applier: CatalogApplier
    private(set) var results: [CatalogReport.Result] = []
    private var kept: (database: String, session: PostgresConnection)?

    init(applier: CatalogApplier) {
        self.applier = applier
    }

    mutating func carryOut(_ step: CatalogStep) async throws {
        do {
            let session = try await session(of: step.database)
            results.append(try await applier.say(step, over: session))
        } catch let refusal as UpstreamFailure {
            // This database lets nobody in; the others may.
            results.append(.init(object: step.object, statements: 0, error: "\(refusal)"))
        }
    }

    mutating func close() async {
        await kept?.session.close()
        kept = nil
    }

    private mutating func session(of database: String) async throws -> PostgresConnection {
        if let kept, kept.database == database { return kept.session }
        await close()
        let session = try await applier.login.open(database: database)
        kept = (database, session)
        return session
    }
}
