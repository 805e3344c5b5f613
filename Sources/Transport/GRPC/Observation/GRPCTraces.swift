package import GRPCLite
package import Telemetry

/// Carries W3C trace contexts from call to call: what a handler asks of others belongs to the trace of its caller.
package struct GRPCTraces: Sendable {
    /// One call as whoever records spans is told of it.
    package struct Span: Sendable {
        package var context: TraceContext
        package var parent: SpanID
        /// `package.Service/Method`, as OpenTelemetry names it.
        package var name: String
        package var kind: TraceSpan.Kind
        package var began: ContinuousClock.Instant
        package var status: GRPCStatus
    }

    /// The span that what is done now belongs to; `nil` outside of a trace.
    @TaskLocal package static var current: TraceContext?

    private let child: @Sendable (TraceContext) -> TraceContext
    private let record: @Sendable (Span) -> Void

    /// - Parameters:
    ///   - child: a new span below another.
    ///   - record: called at the end of every call of a trace.
    package init(
        child: @escaping @Sendable (TraceContext) -> TraceContext, record: @escaping @Sendable (Span) -> Void
    ) {
        self.child = child
        self.record = record
    }

    /// Takes up the trace that `traceparent` tells. A call without one, or with a malformed one, is of no trace.
    package var server: ServerInterceptor {
        { [child, record] method in
            { call, next in
                guard let text = call.metadata.first(named: TraceContext.header),
                    let parent = TraceContext(traceparent: text)
                else { return try await next(call) }
                var span = Span(
                    context: child(parent), parent: parent.span, name: "\(method.service)/\(method.method)",
                    kind: .server, began: .now, status: .ok)
                do {
                    try await GRPCTraces.$current.withValue(span.context) { try await next(call) }
                } catch {
                    span.status = call.status(of: error)
                    record(span)
                    throw error
                }
                record(span)
            }
        }
    }

    /// Tells the trace that goes on here, unless the caller tells one itself.
    package var client: ClientInterceptor {
        { [child, record] method, options in
            guard let parent = GRPCTraces.current, options.metadata.first(named: TraceContext.header) == nil else {
                return nil
            }
            let span = Span(
                context: child(parent), parent: parent.span, name: "\(method.service)/\(method.method)",
                kind: .client, began: .now, status: .ok)
            options.metadata.append(name: TraceContext.header, value: span.context.traceparent)
            return CallObserver(ended: { status in
                var span = span
                span.status = status
                record(span)
            })
        }
    }
}
