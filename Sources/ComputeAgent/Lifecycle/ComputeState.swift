/// Where one compute is in its life. The spelling on the wire and in logs is the raw value.
package enum ComputeState: String, CaseIterable, Sendable {
    /// The agent runs and has no spec.
    case empty
    /// A spec is stored and waits to be taken up.
    case configurationPending = "configuration_pending"
    /// A new spec is being applied to a Postgres that serves.
    case configuration
    /// The data directory is being prepared and Postgres started.
    case `init`
    case running
    /// Somebody asked the agent to fetch its spec again.
    case refreshConfigurationPending = "refresh_configuration_pending"
    /// The spec is being fetched, and applied if it changed.
    case refreshConfiguration = "refresh_configuration"
    /// A start or Postgres itself failed: nothing serves. A change that fails does not lead here.
    case failed
    /// Postgres is to stop once its sessions have been told (fast shutdown).
    case terminationPendingFast = "termination_pending_fast"
    /// Postgres is to stop without a checkpoint (immediate shutdown).
    case terminationPendingImmediate = "termination_pending_immediate"
    case terminated

    /// Whether nothing serves any more, or soon will.
    var isOver: Bool { isEnding || self == .failed }

    /// Whether somebody has decided that Postgres ends.
    var isEnding: Bool {
        switch self {
        case .terminationPendingFast, .terminationPendingImmediate, .terminated: true
        case .empty, .configurationPending, .configuration, .`init`, .running, .refreshConfigurationPending,
            .refreshConfiguration, .failed:
            false
        }
    }
}

/// How quickly Postgres is stopped.
package enum StopMode: String, CaseIterable, Sendable {
    /// Sessions are ended, a checkpoint is written. `SIGINT`.
    case fast
    /// Nothing is written; the next start recovers from the log. `SIGQUIT`.
    case immediate
}
