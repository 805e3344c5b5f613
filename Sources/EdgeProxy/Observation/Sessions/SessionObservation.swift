internal import Gossip
internal import Logging
internal import PostgresWire
internal import Synchronization
internal import Telemetry
internal import Transport

/// Watches one session from accept to close, and tells of it: a line in the log, counts, and the spans of its trace.
///
/// Travels as a task-local value, as traces do, so that whatever happens in the session's task and its children can be
/// told without being handed down. Flights, which belong to no session, have none.
final class SessionObservation: Sendable {
    @TaskLocal static var current: SessionObservation?

    private struct State {
        var story = SessionStory()
        var isOpened = false
        var isProven = false
        var meter: TrafficMeter?
        var isJoined = false
        /// Spans of phases that go on, and have been told to others before their end.
        var open: [EdgeMetrics.SessionPhase: TraceContext] = [:]
    }

    let id: SessionID
    /// The session's own span; `nil` without traces.
    let trace: TraceContext?
    private let metrics: EdgeMetrics
    private let tracer: Tracer
    private let meters: TrafficMeters
    private let clock = SpanClock()
    private let state = Mutex(State())

    init(_ id: SessionID, metrics: EdgeMetrics, tracer: Tracer, meters: TrafficMeters) {
        self.id = id
        self.metrics = metrics
        self.tracer = tracer
        self.meters = meters
        trace = tracer.begin()
    }

    func update(_ change: (inout SessionStory) -> Void) {
        state.withLock { change(&$0.story) }
    }

    // MARK: - On the way

    func introduced(_ introduction: Introduction) {
        state.withLock { state in
            state.isOpened = true
            state.story.endpoint = introduction.endpoint?.text
            state.story.role = introduction.role
            state.story.database = introduction.forwarded.text("database")
            state.story.applicationName = introduction.applicationName
        }
        metrics.clientOpened()
        metrics.named(introduction.naming)
    }

    /// The client has proved its role. Its endpoint may have come with its password.
    func authenticated(for endpoint: EndpointName, by method: AuthenticationMethod) {
        state.withLock { state in
            state.isProven = true
            state.story.endpoint = endpoint.text
            state.story.method = method
        }
    }

    /// Names the span of a phase that is about to begin, or has begun, for those who are asked in it.
    func beginning(_ phase: EdgeMetrics.SessionPhase) -> TraceContext? {
        guard let trace else { return nil }
        return state.withLock { state in
            if let open = state.open[phase] { return open }
            let context = tracer.child(of: trace)
            state.open[phase] = context
            return context
        }
    }

    /// A phase, or one turn of it, is over.
    ///
    /// - Parameter failure: why it came to nothing; `nil`: it did not.
    func phase(_ phase: EdgeMetrics.SessionPhase, took duration: Duration, failure: String? = nil) {
        let context = state.withLock { state in
            if failure != nil, phase == .connect || phase == .login {
                state.story.failedTime += duration
            } else {
                state.story.phases[phase, default: .zero] += duration
            }
            return state.open.removeValue(forKey: phase)
        }
        guard let trace else { return }
        let end = ContinuousClock.now
        let span = context ?? tracer.child(of: trace)
        tracer.record(span) {
            TraceSpan(
                span, parent: trace.span, name: phase.rawValue,
                kind: phase == .connect || phase == .login ? .client : .internal,
                startUnixNanos: clock.unixNanos(at: end - duration), endUnixNanos: clock.unixNanos(at: end),
                failure: failure)
        }
    }

    func located(_ located: Located) {
        update { $0.isLocationCached = located.isCached }
    }

    func attemptFailed() {
        update { $0.failedAttempts += 1 }
    }

    func paused(_ duration: Duration) {
        update { $0.failedTime += duration }
    }

    // MARK: - Ends

    func joined(to compute: ComputeLocation, relay: RelayControl) {
        let after = clock.began.duration(to: .now)
        let meter = TrafficMeter(relay, endpoint: compute.endpoint, metrics: metrics)
        meters.enter(id, meter)
        state.withLock { state in
            state.isJoined = true
            state.meter = meter
            state.story.compute = compute
            state.story.joinedAfter = after
            state.story.outcome = .served
        }
        metrics.computeOpened()
        tellLatency(after, isSuccess: true)
    }

    func relayed(_ outcome: RelayOutcome) {
        meters.leave(id)
        state.withLock { $0.meter }?.count(
            bytesFromClient: outcome.bytesFromClient, bytesToClient: outcome.bytesToClient)
        update { story in
            story.bytesFromClient = outcome.bytesFromClient
            story.bytesToClient = outcome.bytesToClient
            story.reason = outcome.ending.description
        }
    }

    func ended(_ end: SessionEnd) {
        let (isMinor, isProven) = state.withLock { state in
            state.story.ended(end)
            return (state.story.isMinor, state.isProven)
        }
        // Somebody who only looked in, as health checks do, is no error.
        if !isMinor { metrics.error(end.errorType) }
        if isProven { tellLatency(clock.began.duration(to: .now), isSuccess: false) }
    }

    /// The session is over: its line goes to the log, its span to the others.
    ///
    /// - Parameter logger: names the session.
    func finish(_ logger: Logger) {
        let (story, isOpened, isJoined) = state.withLock { ($0.story, $0.isOpened, $0.isJoined) }
        if isOpened { metrics.clientClosed() }
        if isJoined { metrics.computeClosed() }
        let fields = story.fields(duration: clock.began.duration(to: .now))
        logger.log(level: story.isMinor ? .debug : .info, "session ended", metadata: fields)
        guard let trace else { return }
        tracer.record(trace) {
            TraceSpan(
                trace, parent: nil, name: "session", kind: .server, startUnixNanos: clock.unixNanos(at: clock.began),
                endUnixNanos: clock.unixNanos(),
                attributes: [TraceSpan.Attribute("session_id", .text(id.text))]
                    + fields.sorted { $0.key < $1.key }.map { TraceSpan.Attribute($0.key, .text("\($0.value)")) },
                failure: story.outcome.isFailure ? story.reason : nil)
        }
    }

    private func tellLatency(_ total: Duration, isSuccess: Bool) {
        let story = state.withLock { $0.story }
        for (excluded, latency) in story.latencies(of: total) {
            metrics.connectionLatency(
                latency, excluding: excluded, coldStart: story.compute?.coldStartInfo, isSuccess: isSuccess)
        }
    }
}

extension SessionContext {
    /// The same, asked from within this phase of the session whose task this is.
    func during(_ phase: EdgeMetrics.SessionPhase) -> SessionContext {
        var context = self
        context.trace = SessionObservation.current?.beginning(phase) ?? trace
        return context
    }
}
