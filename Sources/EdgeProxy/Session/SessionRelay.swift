internal import PostgresWire
internal import Transport

/// Joins sessions: the engine that all of them share, and how long each may be silent.
struct SessionRelay: Sendable {
    private let engine: RelayEngine
    private let limits: RelayLimits

    init(_ settings: RelaySettings) {
        engine = settings.threads.map { RelayEngine(threads: $0) } ?? .shared
        limits = settings.limits
    }

    /// - Parameter state: of the ReadyForQuery that the client was told.
    func join(
        _ client: ByteStream, _ upstream: ByteStream, after state: ReadyForQuery.TransactionState,
        control: RelayControl = RelayControl()
    ) async -> RelayOutcome {
        await Relay.join(
            client, upstream, following: QueryCycle(after: state), control: control, limits: limits, on: engine)
    }
}
