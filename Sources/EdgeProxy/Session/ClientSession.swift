internal import Gossip
internal import Logging
internal import NIOCore
internal import PostgresWire
internal import TLSEngine
internal import Telemetry
internal import Transport

/// One client connection: who it is first, its compute second, and then bytes both ways.
struct ClientSession: Sendable {
    let record: SessionRecord
    let stream: ByteStream
    let origin: ClientOrigin
    let selection: EndpointSelection
    let handshake: ClientHandshake
    let handshakeDeadline: ContinuousClock.Instant
    let authenticator: ClientAuthenticator
    var connector: ComputeConnector
    let relay: SessionRelay
    let desk: CancelDesk
    let banner: String?
    let metrics: EdgeMetrics
    var logger: Logger
    var id: SessionID { record.id }

    /// Returns when the client has been served, or told why not.
    func live(_ admission: consuming Admission) async {
        do {
            switch try await handshake.perform(on: stream, deadline: handshakeDeadline) {
            case .cancel(let request):
                record.update { $0.entered(.cancelling) }
                SessionObservation.current?.update { $0.outcome = .cancelRequest }
                await desk.serve(request, from: origin, on: stream.eventLoop)
            case .startup(let message, let tls):
                let introduction = try Introduction(message, serverName: tls?.serverName, selection: selection)
                try await serve(introduction, tls, admission)
            }
        } catch {
            await end(SessionEnd(error))
        }
    }

    private func serve(_ introduction: Introduction, _ tls: TLSPeer?, _ admission: consuming Admission) async throws {
        SessionObservation.current?.introduced(introduction)
        if let endpoint = introduction.endpoint { try admission.named(endpoint.unsuffixed) }
        var session = self
        session.logger[metadataKey: "ep"] = introduction.endpoint.map { "\($0)" }
        session.logger[metadataKey: "role"] = "\(introduction.role)"
        session.connector.logger = session.logger
        record.update {
            $0.introduced(introduction)
            $0.entered(.authenticating)
        }
        let context = SessionContext(
            id: id, applicationName: introduction.applicationName, origin: origin)
        let claimant = session
        let proven = try await Apart.run { try await claimant.authenticate(introduction, tls, context) }
        try admission.named(proven.endpoint.unsuffixed)
        admission.authenticated()
        SessionObservation.current?.authenticated(for: proven.endpoint, by: proven.method)
        session.logger[metadataKey: "ep"] = "\(proven.endpoint)"
        session.logger[metadataKey: "auth_method"] = "\(proven.method.rawValue)"
        session.connector.logger = session.logger
        record.update {
            $0.endpoint = proven.endpoint
            $0.entered(.connecting)
        }
        let (destination, forwarded) = (proven.destination, introduction.forwarded)
        let request = ComputeConnector.Request(
            endpoint: proven.endpoint, session: context, parameters: destination?.parameters(forwarded) ?? forwarded,
            credential: proven.credential)
        let connector = destination?.reached(by: session.connector) ?? session.connector
        let loop = stream.eventLoop
        let connected = try await Apart.run { try await connector.connect(request, on: loop) }
        await session.join(connected, proven, introduction)
    }

    private func authenticate(
        _ introduction: Introduction, _ tls: TLSPeer?, _ context: SessionContext
    ) async throws -> ClientAuthenticator.Proven {
        let start = ContinuousClock.now
        let claim = ClientAuthenticator.Claim(
            endpoint: introduction.endpoint, role: introduction.role, session: context.during(.auth), tls: tls)
        do {
            let proven = try await authenticator.authenticate(claim, on: stream, opening: introduction.negotiation)
            metrics.phase(.auth, took: start.duration(to: .now))
            return proven
        } catch {
            SessionObservation.current?.phase(
                .auth, took: start.duration(to: .now), failure: SessionEnd(error).detail)
            throw error
        }
    }

    /// Tells the client that it is in, with everything its compute said, and lets the two talk.
    ///
    /// Suspended for as long as the session lasts, and so kept small: what comes before and after is in functions of its own.
    private func join(
        _ connected: ComputeConnector.Connected, _ proven: ClientAuthenticator.Proven, _ introduction: Introduction
    ) async {
        let joining = await greet(connected, proven, introduction)
        let upstream = connected.upstream
        let outcome = await relay.join(
            stream, upstream.stream, after: upstream.transactionState, control: joining.control)
        await part(outcome, from: upstream.stream, joining)
    }

    private struct Joining {
        let control = RelayControl()
        var grant: CancelGrant?
        var key: CancelKey?
    }

    @inline(never)
    private func greet(
        _ connected: ComputeConnector.Connected, _ proven: ClientAuthenticator.Proven, _ introduction: Introduction
    ) async -> Joining {
        let upstream = connected.upstream
        let grant = upstream.cancelKey.map { CancelGrant(connected.location, computeKey: $0) }
        let key = grant.flatMap { desk.registry.issue(for: $0, version: introduction.version) }
        let welcome = Welcome(
            confirmation: proven.confirmation, preamble: upstream.preamble,
            coldStart: introduction.wantsColdStart ? connected.start : nil, banner: banner, key: key,
            transactionState: upstream.transactionState)
        let joining = Joining(grant: grant, key: key)
        record.joined(to: connected.location, relay: joining.control, cancel: grant)
        SessionObservation.current?.joined(to: connected.location, relay: joining.control)
        logger.info(
            "joined",
            metadata: ["address": "\(connected.location.address)", "version": "\(connected.location.version)"])
        // A client that is gone by now shows itself in the relay.
        try? await stream.write(welcome.encoded(for: id))
        return joining
    }

    @inline(never)
    private func part(_ outcome: RelayOutcome, from upstream: ByteStream, _ joining: Joining) async {
        SessionObservation.current?.relayed(outcome)
        if let key = joining.key { desk.registry.remove(key) }
        record.parted()
        await settle(outcome, upstream, joining.grant)
        // Side by side: neither waits for the other's goodbye.
        async let upstreamClosed: Void = upstream.close()
        await stream.close()
        await upstreamClosed
    }

    private func settle(_ outcome: RelayOutcome, _ upstream: ByteStream, _ grant: CancelGrant?) async {
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
            if let grant { await desk.cancel(grant, from: origin, on: stream.eventLoop) }
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
        try? await stream.write(response.naming(id).encoded())
    }

    private func end(_ end: SessionEnd) async {
        var end = end
        if case .cancelled = end, let words = record.lastWords { end = .refused(words) }
        metrics.refusal(sqlState: end.label)
        SessionObservation.current?.ended(end)
        // A client that is gone by now need not know why.
        if let farewell = end.farewell(of: id) { try? await stream.write(farewell) }
    }
}
