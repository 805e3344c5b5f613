internal import Gossip
internal import Logging
internal import NIOCore
internal import PostgresWire
internal import TLSEngine
internal import Telemetry
internal import Transport

/// One client connection on its way in: who it is first, its compute second.
struct ClientSession: Sendable {
    let record: SessionRecord
    let stream: ByteStream
    let origin: ClientOrigin
    let selection: EndpointSelection
    let handshake: ClientHandshake
    let handshakeDeadline: ContinuousClock.Instant
    let authenticator: ClientAuthenticator
    var connector: ComputeConnector
    let desk: CancelDesk
    let banner: String?
    let metrics: EdgeMetrics
    var logger: Logger
    var id: SessionID { record.id }

    /// From the first byte to the login at the compute.
    ///
    /// - Returns: `nil` when the client has been served, or told why not.
    func open(_ admission: consuming Admission) async -> JoinedSession? {
        do {
            switch try await handshake.perform(on: stream, deadline: handshakeDeadline) {
            case .cancel(let request):
                record.update { $0.entered(.cancelling) }
                SessionObservation.current?.update { $0.outcome = .cancelRequest }
                await desk.serve(request, from: origin, on: stream.eventLoop)
                return nil
            case .startup(let message, let tls):
                let introduction = try Introduction(message, serverName: tls?.serverName, selection: selection)
                return try await serve(introduction, tls, admission)
            }
        } catch {
            await end(SessionEnd(error))
            return nil
        }
    }

    private func serve(
        _ introduction: Introduction, _ tls: TLSPeer?, _ admission: consuming Admission
    ) async throws -> JoinedSession {
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
        let proven = try await session.authenticate(introduction, tls, context)
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
        let connected = try await connector.connect(request, on: stream.eventLoop)
        return await session.greet(connected, proven, introduction, admission)
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

    /// Tells the client that it is in, with everything its compute said.
    private func greet(
        _ connected: ComputeConnector.Connected, _ proven: ClientAuthenticator.Proven, _ introduction: Introduction,
        _ admission: consuming Admission
    ) async -> JoinedSession {
        let upstream = connected.upstream
        let grant = upstream.cancelKey.map { CancelGrant(connected.location, computeKey: $0) }
        let key = grant.flatMap { desk.registry.issue(for: $0, version: introduction.version) }
        let welcome = Welcome(
            confirmation: proven.confirmation, preamble: upstream.preamble,
            coldStart: introduction.wantsColdStart ? connected.start : nil, banner: banner, key: key,
            transactionState: upstream.transactionState)
        let control = RelayControl()
        record.joined(to: connected.location, relay: control, cancel: grant)
        SessionObservation.current?.joined(to: connected.location, relay: control)
        logger.info(
            "joined",
            metadata: ["address": "\(connected.location.address)", "version": "\(connected.location.version)"])
        // A client that is gone by now shows itself in the relay.
        try? await stream.write(welcome.encoded(for: id))
        return JoinedSession(
            record, stream, upstream, control: control, grant: grant, key: key, admission: admission)
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
