internal import GRPCLite
internal import Gossip
internal import SidecarAPI

/// Tells an operator what happens, as it happens.
struct WatchDesk: Sendable {
    /// Between two looks at how many sessions there are.
    private static let countingPause: Duration = .seconds(1)

    let me: MemberID
    let hub: EventHub
    let sessions: SessionRegistry
    let drain: DrainState

    /// Returns when the hub is closed or the caller is gone.
    func watch(
        _ endpoint: EndpointName?, _ request: AdminV1.WatchRequest,
        to responses: ResponseWriter<AdminV1.FleetEvent>
    ) async throws {
        let filter = EventFilter(kinds: try Self.kinds(request.kinds), endpoint: endpoint)
        guard let watch = hub.watch(filter) else {
            throw GRPCStatus(.resourceExhausted, "too many watch already, or the proxy is about to end")
        }
        try await responses.write(AdminV1.FleetEvent(proxy: me.name, event: .began(AdminV1.WatchBegan())))
        try await withThrowingTaskGroup(of: Void.self) { group in
            if filter.fits(.sessions(0)) { group.addTask { await count(for: watch) } }
            if filter.fits(.drain(phase: "", sessions: 0)) { group.addTask { await followDrain(for: watch) } }
            group.addTask {
                try await watch.forEachBatch { try await send($0, to: responses) }
                throw GRPCStatus(.unavailable, "the proxy is about to end")
            }
            // The first to throw ends the others; a drain that is over only ends the look at it.
            defer { group.cancelAll() }
            while try await group.next() != nil {}
        }
    }

    private func send(_ batch: EventBoard.Batch, to responses: ResponseWriter<AdminV1.FleetEvent>) async throws {
        if batch.missed > 0 {
            let missed = AdminV1.Missed(events: batch.missed)
            try await responses.write(
                AdminV1.FleetEvent(
                    atUnixMicros: batch.events.first?.atUnixMicros ?? 0, proxy: me.name, event: .missed(missed)))
        }
        for event in batch.events { try await responses.write(AdminV1.FleetEvent(event, from: me)) }
    }

    /// Sessions come and go too fast for an event each.
    private func count(for watch: EventWatch) async {
        var told: Int?
        repeat {
            let open = sessions.count
            if open != told { watch.offer(.sessions(open)) }
            told = open
        } while (try? await Task.sleep(for: Self.countingPause)) != nil
    }

    /// Phase by phase; how far each is, `Drain` tells.
    private func followDrain(for watch: EventWatch) async {
        var told = DrainMachine.Phase.serving
        for await progress in drain.watch() where progress.phase != told {
            watch.offer(.drain(phase: progress.phase.rawValue, sessions: progress.sessions))
            told = progress.phase
        }
    }

    private static func kinds(_ asked: [AdminV1.EventKind]) throws(GRPCStatus) -> Set<FleetEvent.Kind> {
        var kinds: Set<FleetEvent.Kind> = []
        for kind in asked {
            switch kind {
            case .member: kinds.insert(.member)
            case .fact: kinds.insert(.fact)
            case .wake: kinds.insert(.wake)
            case .sessions: kinds.insert(.sessions)
            case .reload: kinds.insert(.reload)
            case .drain: kinds.insert(.drain)
            case .unspecified, .unrecognized: throw GRPCStatus(.invalidArgument, "no such kind of event")
            }
        }
        return kinds
    }
}
