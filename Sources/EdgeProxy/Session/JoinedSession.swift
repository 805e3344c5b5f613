internal import NIOCore
internal import PostgresWire
internal import Transport

/// A client and its compute, logged in on both sides: what is left of a session while bytes go both ways.
///
/// Thousands of these are idle at a time. What only the login needs is not here, and the login's tasks are over.
final class JoinedSession: Sendable {
    private let record: SessionRecord
    private let client: ByteStream
    private let upstream: ByteStream
    private let transactionState: ReadyForQuery.TransactionState
    private let control: RelayControl
    private let grant: CancelGrant?
    private let key: CancelKey?
    /// Its place among the sessions, given back with it.
    private let admission: Admission

    /// - Parameters:
    ///   - grant: reaches what the compute does for it.
    ///   - key: issued to the client for that.
    init(
        _ record: SessionRecord, _ client: ByteStream, _ upstream: PostgresUpstream, control: RelayControl,
        grant: CancelGrant?, key: CancelKey?, admission: consuming Admission
    ) {
        self.record = record
        self.client = client
        self.upstream = upstream.stream
        transactionState = upstream.transactionState
        self.control = control
        self.grant = grant
        self.key = key
        self.admission = admission
    }

    /// Lets the two talk; suspended for as long as they do.
    func relay(by relay: SessionRelay) async -> RelayOutcome {
        await relay.join(client, upstream, after: transactionState, control: control)
    }

    /// Says goodbye to both, as the relay's end asks for.
    func part(_ outcome: RelayOutcome, desk: CancelDesk) async {
        SessionObservation.current?.relayed(outcome)
        if let key { desk.registry.remove(key) }
        record.parted()
        await settle(outcome, desk)
        // Side by side: neither waits for the other's goodbye.
        async let upstreamClosed: Void = upstream.close()
        await client.close()
        await upstreamClosed
    }

    private func settle(_ outcome: RelayOutcome, _ desk: CancelDesk) async {
        switch outcome.ending {
        case .cancelled:
            await sayLast(record.lastWords ?? Refusals.shuttingDown, after: outcome)
        case .idlePointReached:
            await sayLast(record.lastWords ?? Refusals.shuttingDown, after: outcome)
            var goodbye = ByteBuffer()
            SimpleQuery.encodeTerminate(into: &goodbye)
            // The server may be gone as well, and then needs none.
            try? await upstream.write(goodbye)
        case .idleLimitReached:
            await sayLast(Refusals.idleTooLong, after: outcome)
        case .failed(.client, _), .drainLimitReached(first: .client):
            // Nobody will read the answer that the compute may still be working on.
            if let grant { await desk.cancel(grant, from: record.facts.origin, on: client.eventLoop) }
        case .failed(.upstream, _):
            // What the compute said for itself was passed on, and is enough.
            guard let cycle = outcome.cycle, cycle.isEndUnexplained else { return }
            await sayLast(cycle.isIdle ? Refusals.computeEnded : Refusals.computeLost, after: outcome)
        case .finished, .drainLimitReached(first: .upstream), .unusable:
            break
        }
    }

    private func sayLast(_ response: ErrorResponse, after outcome: RelayOutcome) async {
        guard outcome.isClientAddressable else { return }
        // In a cancelled task this waits for nothing; `close` sends what is queued.
        try? await client.write(response.naming(record.id).encoded())
    }
}
