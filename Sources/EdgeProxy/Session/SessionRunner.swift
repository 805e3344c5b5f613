internal import FoundationEssentials
internal import Gossip
package import Logging
internal import NIOCore
internal import PostgresWire
package import TLSEngine
internal import Telemetry
package import Transport

/// Makes a session of every client connection, and holds what all sessions share.
package final class SessionRunner: Sendable {
    package let registry: SessionRegistry

    /// Connections that may be open to hear that there are too many.
    private static let refusalRoom = 256

    private let gate: AdmissionGate
    private let settings: SessionSettings
    private let selection: EndpointSelection
    private let reception: BalancerReception
    private let handshake: ClientHandshake
    private let relay: SessionRelay
    private let authenticator: ClientAuthenticator
    private let desk: CancelDesk
    private let waker: any Waker
    private let computeTLS: TLSContext?
    private let metrics: EdgeMetrics
    private let tracer: Tracer
    let meters = TrafficMeters()
    private let logger: Logger

    /// - Parameters:
    ///   - clientTLS: shown to clients, with `postgresql` as its only application protocol. `nil`: all in clear.
    ///   - computeTLS: for computes that have a server name.
    ///   - desk: issues the clients' cancel keys, and serves them.
    ///   - mockSecret: what the fleet shares and strangers do not have; see `MockVerifiers`.
    package init(
        settings: SessionSettings, clientTLS: TLSContext?, computeTLS: TLSContext?, directory: any EndpointDirectory,
        waker: any Waker, desk: CancelDesk, mockSecret: [UInt8], browser: BrowserLogin? = nil, metrics: EdgeMetrics,
        tracer: Tracer = .off, logger: Logger
    ) {
        self.settings = settings
        gate = AdmissionGate(limits: settings.admission, sourceRate: settings.sourceRate, metrics: metrics)
        selection = EndpointSelection(domains: settings.domains, certificates: clientTLS)
        reception = BalancerReception(settings.proxyProtocol, metrics: metrics, logger: logger)
        handshake = ClientHandshake(
            tls: settings.relay.clientTLS == .off ? nil : clientTLS, metrics: metrics,
            allowsClear: settings.relay.clientTLS == .offered)
        relay = SessionRelay(settings.relay)
        authenticator = ClientAuthenticator(
            directory: SuffixDirectory(inner: directory), mocks: MockVerifiers(secret: mockSecret),
            checks: PasswordChecks(threads: settings.authentication.passwordThreads),
            limit: settings.authenticationLimit,
            browser: browser)
        self.waker = waker
        self.desk = desk
        self.computeTLS = computeTLS
        self.metrics = metrics
        self.tracer = tracer
        self.logger = logger
        registry = SessionRegistry { grant, loop in await desk.cancel(grant, from: .unknown, on: loop) }
    }

    /// Connections beyond this are to be closed without a word.
    package var connectionLimit: Int {
        settings.admission.sessions + settings.admission.sessionReserve + Self.refusalRoom
    }

    /// The whole life of one client connection. The stream is the caller's to close.
    ///
    /// What is suspended here while the two talk is all that an idle session keeps of its task; so it is little, and what
    /// comes before and after is elsewhere.
    package func run(_ stream: ByteStream) async {
        let visit = enter(stream)
        if let opened = await open(visit) {
            let outcome = await opened.relay(by: relay)
            await part(opened, after: outcome, visit)
        }
        leave(visit)
    }

    /// One connection, as the different parts of its life know it.
    private struct Visit {
        let stream: ByteStream
        let record: SessionRecord
        let observation: SessionObservation
    }

    private func enter(_ stream: ByteStream) -> Visit {
        metrics.acceptedConnections.add(1)
        metrics.sessions.add(1)
        let observation = SessionObservation(SessionID.fresh(), metrics: metrics, tracer: tracer, meters: meters)
        let facts = SessionFacts(id: observation.id, origin: ClientOrigin(stream), startedUnixMicros: Self.unixMicros)
        let record = SessionRecord(facts, task: stream.task, loop: stream.eventLoop)
        registry.enter(record)
        return Visit(stream: stream, record: record, observation: observation)
    }

    private func open(_ visit: Visit) async -> JoinedSession? {
        await Apart.run {
            await SessionObservation.$current.withValue(visit.observation) {
                await self.open(visit.stream, visit.record)
            }
        }
    }

    private func part(_ session: JoinedSession, after outcome: RelayOutcome, _ visit: Visit) async {
        await Apart.run {
            await SessionObservation.$current.withValue(visit.observation) {
                await session.part(outcome, desk: self.desk.logging(to: self.logger(of: visit.observation)))
            }
        }
    }

    private func leave(_ visit: Visit) {
        // Told before whoever waits for the last session goes on, to its end maybe.
        visit.observation.finish(logger(of: visit.observation))
        registry.leave(visit.record)
        metrics.sessions.add(-1)
        metrics.closedConnections.add(1)
    }

    private func open(_ stream: ByteStream, _ record: SessionRecord) async -> JoinedSession? {
        let peer = record.facts.origin
        SessionObservation.current?.update { $0.origin = peer }
        do throws(AdmissionRefusal) {
            var admission = try gate.enter(from: peer)
            let deadline = ContinuousClock.now + settings.handshakeLimit
            guard let origin = await reception.receive(stream, deadline: deadline) else { return nil }
            SessionObservation.current?.update { $0.origin = origin }
            record.update { $0.origin = origin }
            try admission.came(from: origin)
            return await session(record, stream, origin, handshakeDeadline: deadline).open(admission)
        } catch {
            await refuse(stream, record.id, error)
            return nil
        }
    }

    private func logger(of session: SessionObservation?) -> Logger {
        var logger = logger
        if let session { logger[metadataKey: "session_id"] = "\(session.id)" }
        if let trace = session?.trace { logger[metadataKey: "trace_id"] = "\(trace.trace.text)" }
        return logger
    }

    private static var unixMicros: Int64 { Int64(Date().timeIntervalSince1970 * 1_000_000) }

    private func session(
        _ record: SessionRecord, _ stream: ByteStream, _ origin: ClientOrigin,
        handshakeDeadline: ContinuousClock.Instant
    ) -> ClientSession {
        var log = logger(of: .current)
        log[metadataKey: "peer_addr"] = "\(origin)"
        let connector = ComputeConnector(
            waker: SuffixWaker(waker), tls: computeTLS, limits: settings.connect,
            announcement: ClientAnnouncement(isWanted: settings.announcesClients), metrics: metrics, logger: log)
        return ClientSession(
            record: record, stream: stream, origin: origin, selection: selection,
            handshake: handshake, handshakeDeadline: handshakeDeadline, authenticator: authenticator,
            connector: connector, desk: desk.logging(to: log), banner: settings.banner, metrics: metrics,
            logger: log)
    }

    private func refuse(_ stream: ByteStream, _ id: SessionID, _ refusal: AdmissionRefusal) async {
        let end = SessionEnd(refusal)
        metrics.refusal(sqlState: end.label)
        SessionObservation.current?.ended(end)
        // The client may be gone; then nobody needs to know.
        if let farewell = end.farewell(of: id) { try? await stream.write(farewell) }
    }
}
