internal import PostgresWire

/// What a session begins with.
struct RelayJoining: Sendable {
    let ends: BothSides<RelayEnd>
    let cycle: QueryCycle?
    let control: RelayControl
    let limits: RelayLimits
    let pass: RelayPass
    let ticket: WaitTicket
    let continuation: CheckedContinuation<RelayOutcome, Never>
}
