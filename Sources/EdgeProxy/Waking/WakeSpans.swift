internal import Gossip
internal import Synchronization
internal import Telemetry

/// The spans of wakes: of a question to another member, and of a flight, which is one span with links to all who waited
/// for it.
final class WakeSpans: Sendable {
    /// Waiters that one flight's span names.
    private static let linkLimit = 32

    private let tracer: Tracer
    private let waiting = Mutex<[WakeWaiterID: (endpoint: EndpointName, trace: TraceContext)]>([:])

    init(_ tracer: Tracer) {
        self.tracer = tracer
    }

    func waits(_ waiter: WakeWaiterID, for endpoint: EndpointName, in trace: TraceContext?) {
        guard let trace, trace.isSampled else { return }
        waiting.withLock { $0[waiter] = (endpoint, trace) }
    }

    func left(_ waiter: WakeWaiterID) {
        waiting.withLock { _ = $0.removeValue(forKey: waiter) }
    }

    /// - Returns: the errand that names the question's own span, and what ends it.
    func asking(_ member: MemberID, _ errand: WakeErrand) -> (WakeErrand, () -> Void) {
        guard let parent = errand.traceContext else { return (errand, {}) }
        var errand = errand
        let (context, clock) = (tracer.child(of: parent), SpanClock())
        errand.trace = context.traceparent
        return (
            errand,
            { [tracer] in
                tracer.record(context) {
                    TraceSpan(
                        context, parent: parent.span, name: "ask the owner", kind: .client,
                        startUnixNanos: clock.unixNanos(at: clock.began), endUnixNanos: clock.unixNanos(),
                        attributes: [TraceSpan.Attribute("member", .text(member.name))])
                }
            }
        )
    }

    /// - Returns: the session in whose name the control plane is asked, from within the flight's span, and what ends it.
    func executing(
        _ endpoint: EndpointName, _ session: SessionContext
    ) -> (SessionContext, (ComputeWakeOutcome) -> Void) {
        guard let parent = session.trace else { return (session, { _ in }) }
        var session = session
        let (context, clock) = (tracer.child(of: parent), SpanClock())
        session.trace = context
        return (
            session,
            { [self] outcome in
                tracer.record(context) {
                    TraceSpan(
                        context, parent: parent.span, name: "wake flight",
                        startUnixNanos: clock.unixNanos(at: clock.began), endUnixNanos: clock.unixNanos(),
                        attributes: [
                            TraceSpan.Attribute("ep", .text(endpoint.text)),
                            TraceSpan.Attribute("outcome", .text(outcome.word)),
                        ], links: links(endpoint, besides: parent),
                        failure: outcome.word == EdgeMetrics.success ? nil : outcome.word)
                }
            }
        )
    }

    private func links(_ endpoint: EndpointName, besides parent: TraceContext) -> [TraceContext] {
        let traces = waiting.withLock { waiting in
            waiting.sorted { $0.key < $1.key }.lazy.map(\.value).filter { $0.endpoint == endpoint }.map(\.trace)
        }
        return Array(traces.filter { $0 != parent }.prefix(Self.linkLimit))
    }
}
