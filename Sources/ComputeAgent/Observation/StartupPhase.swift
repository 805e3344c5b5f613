/// The parts of a start whose durations are told, by the names that `/metrics.json` has for them.
enum StartupPhase: String, CaseIterable, Sendable {
    case waitForSpec = "wait_for_spec_ms"
    /// The fast question to the safekeepers.
    case safekeeperCheck = "sync_sk_check_ms"
    case safekeeperSync = "sync_safekeepers_ms"
    case basebackup = "basebackup_ms"
    /// From the launch of Postgres until it accepts connections.
    case postgres = "start_postgres_ms"
    /// Roles, databases, and whatever else is applied before the first client.
    case catalog = "config_ms"
    case total = "total_startup_ms"
    case extensions = "load_ext_ms"

    /// As a label of a series.
    var label: String { String(rawValue.dropLast("_ms".count)) }
}
