internal import FoundationEssentials
internal import GRPCLite
internal import Gossip
internal import Logging
internal import NIOCore
internal import SidecarAPI
internal import TLSEngine
internal import Telemetry
internal import Transport

/// All that one proxy tells its collector, and the tracer whose spans are among it.
struct CollectorExports: Sendable {
    /// Spans that wait for the collector. Sessions of some seconds on a busy proxy; at most some ten megabytes.
    private static let spanLimit = 16_384
    /// How long the end of the process waits for the last of it.
    private static let flushLimit: Duration = .seconds(3)
    /// Debian's bundle.
    private static let systemRoots = "/etc/ssl/certs/ca-certificates.crt"

    let tracer: Tracer
    private let spans: BatchExporter<TraceSpan>?
    private let lines: BatchExporter<LogLine>?
    private let metrics: MetricExporter?

    /// - Throws: when the collector's certificates cannot be used.
    init(
        _ configuration: EdgeProxyConfiguration, group: any EventLoopGroup, registry: MetricRegistry,
        offences: OffenceCounters, logger: Logger
    ) throws(EdgeProxyConfiguration.Invalid) {
        let settings = configuration.collector
        let queue = settings.tells(.traces) ? BatchQueue<TraceSpan>(limit: Self.spanLimit) : nil
        tracer = Tracer(ratio: settings.effectiveRatio, queue: queue)
        // They exist without a collector too, so that a rate over them is 0 and not absent.
        let (spanCounters, lineCounters) = (ExportCounters.spans(registry), ExportCounters.logLines(registry))
        _ = ExportCounters.metricFailures(registry)
        guard let endpoint = settings.endpoint else {
            (spans, lines, metrics) = (nil, nil, nil)
            return
        }
        guard let target = GRPCTarget("\(endpoint.address)") else {
            throw EdgeProxyConfiguration.Invalid(field: "otel-exporter-otlp-endpoint", problem: "no host and port")
        }
        // Not ours, so that it is dialled as everybody dials it: by name, and with the standard back-off.
        let calls = CollectorCalls(
            channel: GRPCBalancedChannel(
                target, tls: endpoint.isSecure ? try Self.tls(settings) : nil, offences: offences, group: group),
            resource: Self.resource(configuration))
        spans = queue.map {
            BatchExporter(queue: $0, counters: spanCounters, logger: logger, send: calls.sendSpans)
        }
        lines = (settings.tells(.logs) ? configuration.logLines : nil).map {
            BatchExporter(queue: $0, counters: lineCounters, logger: logger, send: calls.sendLines)
        }
        metrics =
            settings.tells(.metrics)
            ? MetricExporter(registry, every: settings.metricInterval, logger: logger, send: calls.sendMetrics) : nil
    }

    /// Until its task is cancelled.
    ///
    /// - Parameter refresh: brings metrics up to date that are kept elsewhere.
    func run(refreshing refresh: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await spans?.run() }
            group.addTask { await lines?.run() }
            group.addTask { await metrics?.run(refreshing: refresh) }
        }
    }

    /// The last of everything; bounded in time.
    func flush(refreshing refresh: @escaping @Sendable () async -> Void) async {
        // Whichever ends first ends the other.
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await flushAll(refresh) }
            // The limit: a collector that is gone must not keep the process.
            group.addTask { try? await Task.sleep(for: Self.flushLimit) }
            await group.next()
            group.cancelAll()
        }
    }

    private func flushAll(_ refresh: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await spans?.flush() }
            group.addTask { await lines?.flush() }
            group.addTask { await metrics?.flush(refreshing: refresh) }
        }
    }

    private static func tls(_ settings: CollectorSettings) throws(EdgeProxyConfiguration.Invalid) -> TLSContext {
        do {
            return try TLSContext.client(trustedCAFile: settings.trustedCAFile ?? systemRoots, alpn: ["h2"])
        } catch {
            throw EdgeProxyConfiguration.Invalid(field: "otlp-ca-file", problem: "\(error)")
        }
    }

    /// OpenTelemetry's names for what a process is.
    private static func resource(_ configuration: EdgeProxyConfiguration) -> OTLPResourceV1.Resource {
        let attributes = [
            TraceSpan.Attribute("service.name", .text(configuration.collector.serviceName)),
            TraceSpan.Attribute("service.instance.id", .text(configuration.id.name)),
            TraceSpan.Attribute("process.pid", .number(Int64(ProcessInfo.processInfo.processIdentifier))),
            TraceSpan.Attribute("telemetry.sdk.name", .text("sidecar")),
            TraceSpan.Attribute("telemetry.sdk.language", .text("swift")),
        ]
        return OTLPResourceV1.Resource(attributes: attributes.map(\.message))
    }
}
