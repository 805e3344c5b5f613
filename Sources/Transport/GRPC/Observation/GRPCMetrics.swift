package import GRPCLite
internal import Synchronization
package import Telemetry

/// Counts calls under the names that the field's dashboards know, `grpc_server_…` and `grpc_client_…`: started, handled
/// by code, seconds, messages each way. Labels are `grpc_type`, `grpc_service`, `grpc_method`, and `grpc_code`.
///
/// A series begins with the first call of its method, so that a page shows what is used.
package struct GRPCMetrics: Sendable {
    private let registry: MetricRegistry

    package init(_ registry: MetricRegistry) {
        self.registry = registry
    }

    package var server: ServerInterceptor {
        { [registry] method in
            let series = MethodSeries(registry, side: "server", method)
            return { call, next in
                let counted = series.begin()
                let began = ContinuousClock.now
                call.observeMessages(received: { counted.received.add() }, sent: { counted.sent.add() })
                do {
                    try await next(call)
                    series.ended(.ok, after: began.duration(to: .now))
                } catch {
                    series.ended(call.status(of: error), after: began.duration(to: .now))
                    throw error
                }
            }
        }
    }

    package var client: ClientInterceptor {
        let known = KnownMethods(registry)
        return { method, _ in
            let series = known.series(of: method)
            let counted = series.begin()
            let began = ContinuousClock.now
            return CallObserver(
                sent: { counted.sent.add() }, received: { counted.received.add() },
                ended: { series.ended($0, after: began.duration(to: .now)) })
        }
    }
}

/// A client's methods are those of generated code: few, and none that a stranger named.
private final class KnownMethods: Sendable {
    private let registry: MetricRegistry
    private let known = Mutex<[MethodInfo: MethodSeries]>([:])

    init(_ registry: MetricRegistry) {
        self.registry = registry
    }

    func series(of method: MethodInfo) -> MethodSeries {
        known.withLock { known in
            if let series = known[method] { return series }
            let series = MethodSeries(registry, side: "client", method)
            known[method] = series
            return series
        }
    }
}

/// The series of one method on one side.
private final class MethodSeries: Sendable {
    struct Running: Sendable {
        var started: Counter
        var sent: Counter
        var received: Counter
        var seconds: Histogram
    }

    private struct State {
        var running: Running?
        var handled: [GRPCStatus.Code: Counter] = [:]
    }

    /// From a millisecond, for what stays in a data centre, to ten seconds; streams end where they end.
    private static let buckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

    private let registry: MetricRegistry
    private let prefix: String
    private let labels: MetricRegistry.Labels
    private let state = Mutex(State())

    init(_ registry: MetricRegistry, side: String, _ method: MethodInfo) {
        self.registry = registry
        prefix = "grpc_\(side)_"
        labels = [
            ("grpc_type", method.shape.metricLabel), ("grpc_service", method.service), ("grpc_method", method.method),
        ]
    }

    func begin() -> Running {
        let running = state.withLock { state in
            if let running = state.running { return running }
            let made = make()
            state.running = made
            return made
        }
        running.started.add()
        return running
    }

    func ended(_ status: GRPCStatus, after time: Duration) {
        let (counter, seconds) = state.withLock { state -> (Counter, Histogram?) in
            let counter = state.handled[status.code] ?? handled(status.code)
            state.handled[status.code] = counter
            return (counter, state.running?.seconds)
        }
        counter.add()
        seconds?.record(time)
    }

    private func make() -> Running {
        Running(
            started: registry.counter("\(prefix)started_total", help: "Calls begun.", labels: labels),
            sent: registry.counter("\(prefix)msg_sent_total", help: "Messages sent.", labels: labels),
            received: registry.counter("\(prefix)msg_received_total", help: "Messages received.", labels: labels),
            seconds: registry.histogram(
                "\(prefix)handling_seconds", help: "From a call's begin to its end.", buckets: Self.buckets,
                labels: labels))
    }

    private func handled(_ code: GRPCStatus.Code) -> Counter {
        registry.counter(
            "\(prefix)handled_total", help: "Calls ended, by how.",
            labels: labels + [("grpc_code", code.metricLabel)])
    }
}

extension CallShape {
    fileprivate var metricLabel: String {
        switch self {
        case .unary: "unary"
        case .clientStreaming: "client_stream"
        case .serverStreaming: "server_stream"
        case .bidirectional: "bidi_stream"
        }
    }
}

extension GRPCStatus.Code {
    /// As Go's library spells it, and with it most dashboards.
    fileprivate var metricLabel: String {
        switch self {
        case .ok: "OK"
        case .cancelled: "Canceled"
        case .internalError: "Internal"
        case .unknown, .invalidArgument, .deadlineExceeded, .notFound, .alreadyExists, .permissionDenied,
            .resourceExhausted, .failedPrecondition, .aborted, .outOfRange, .unimplemented, .unavailable, .dataLoss,
            .unauthenticated:
            "\(self)".prefix(1).uppercased() + "\(self)".dropFirst()
        }
    }
}
