internal import GRPCLite
internal import SidecarAPI

/// Lets an operator begin a drain and see how far it is.
struct DrainDesk: Sendable {
    /// Between two messages while nothing changes.
    private static let beat: Duration = .seconds(1)

    let state: DrainState

    /// Returns when the drain is over.
    func drain(
        _ request: AdminV1.DrainRequest, to responses: ResponseWriter<AdminV1.DrainProgress>,
        _ context: ServerCallContext
    ) async throws {
        if request.now { context.note("now", true) }
        if request.now { state.hurry() } else { state.beganDraining() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (news, told) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            group.addTask {
                for await _ in state.watch() { told.yield() }
                told.finish()
            }
            group.addTask {
                while (try? await Task.sleep(for: Self.beat)) != nil { told.yield() }
            }
            defer { group.cancelAll() }
            for await _ in news {
                let progress = state.progress
                try await responses.write(AdminV1.DrainProgress(progress, now: .now))
                if progress.phase == .over { return }
            }
        }
    }
}

extension AdminV1.DrainProgress {
    init(_ progress: DrainProgress, now: ContinuousClock.Instant) {
        self.init(
            phase: progress.phase.rawValue, sessions: UInt64(progress.sessions),
            waiting: progress.waiting.filter { $0.value > 0 }.map { AdminV1.DrainCount($0.key.rawValue, $0.value) }
                .sorted { $0.what < $1.what },
            ended: progress.ended.filter { $0.value > 0 }.map { AdminV1.DrainCount($0.key.rawValue, $0.value) }
                .sorted { $0.what < $1.what },
            flights: UInt64(progress.flights),
            remainingMillis: progress.deadline.map { now.duration(to: $0).wholeMillis } ?? 0,
            elapsedMillis: progress.phaseSince.map { $0.duration(to: now).wholeMillis } ?? 0)
    }
}

extension AdminV1.DrainCount {
    fileprivate init(_ what: String, _ sessions: Int) {
        self.init(what: what, sessions: UInt64(sessions))
    }
}
