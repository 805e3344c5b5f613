/// Whether clients can be served now, by what the agent knows itself. Probes over HTTP and gRPC ask the same.
struct ComputeReadiness: Sendable {
    let board: LifecycleBoard
    let impediments: Impediments

    var isReady: Bool { flaw == nil }

    /// Why not, in words; `nil` when it is.
    var flaw: String? {
        let state = board.state
        switch state {
        case .running, .configurationPending, .configuration, .refreshConfigurationPending, .refreshConfiguration,
            .failed:
            // After a reconfiguration that failed Postgres still serves.
            guard board.isServing else { return state.rawValue }
            guard !board.isUnknown else { return "postgres does not answer the agent" }
            let all = impediments.all
            return all.isEmpty ? nil : all.map { "\($0.name): \($0.reason)" }.joined(separator: "; ")
        case .empty, .`init`, .terminationPendingFast, .terminationPendingImmediate, .terminated:
            return state.rawValue
        }
    }
}
