internal import Foundation
internal import GRPCLite
internal import Gossip
internal import Logging
internal import NIOCore
internal import SidecarAPI
internal import TLSEngine
internal import Telemetry
internal import Transport

/// One proxy's traces: what begins them, and what takes their spans to a collector.
struct Tracing: Sendable {
    /// Spans that wait for the collector. Sessions of some seconds on a busy proxy; at most some ten megabytes.
    private static let queueLimit = 16_384
    /// How long the end of the process waits for the last spans.
    private static let flushLimit: Duration = .seconds(3)
    /// Debian's bundle.
    private static let systemRoots = "/etc/ssl/certs/ca-certificates.crt"

    let tracer: Tracer
    private let exporter: SpanExporter?

    /// - Throws: when the collector's certificates cannot be used.
    init(
        _ configuration: EdgeProxyConfiguration, group: any EventLoopGroup, metrics: EdgeMetrics, logger: Logger
    ) throws(EdgeProxyConfiguration.Invalid) {
        let settings = configuration.traces
        guard let endpoint = settings.endpoint else {
            tracer = Tracer(ratio: settings.effectiveRatio, queue: nil)
            exporter = nil
            return
        }
        let queue = SpanQueue(limit: Self.queueLimit)
        tracer = Tracer(ratio: settings.effectiveRatio, queue: queue)
        let channel = GRPCClientChannel(
            host: endpoint.address.host, port: endpoint.address.port,
            tls: endpoint.isSecure ? try Self.tls(settings) : nil, limits: .toStrangers, group: group)
        exporter = SpanExporter(
            queue: queue, channel: channel, resource: Self.resource(configuration), metrics: metrics, logger: logger)
    }

    /// Sends spans until its task is cancelled.
    func run() async {
        await exporter?.run()
    }

    /// The last spans; bounded in time.
    func flush() async {
        guard let exporter else { return }
        // Whichever ends first ends the other.
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await exporter.flush() }
            group.addTask { try? await Task.sleep(for: Self.flushLimit) }
            await group.next()
            group.cancelAll()
        }
    }

    private static func tls(_ settings: TraceSettings) throws(EdgeProxyConfiguration.Invalid) -> TLSContext {
        do {
            return try TLSContext.client(trustedCAFile: settings.trustedCAFile ?? systemRoots, alpn: ["h2"])
        } catch {
            throw EdgeProxyConfiguration.Invalid(field: "otlp-ca-file", problem: "\(error)")
        }
    }

    /// OpenTelemetry's names for what a process is.
    private static func resource(_ configuration: EdgeProxyConfiguration) -> OTLPResourceV1.Resource {
        let attributes = [
            TraceSpan.Attribute("service.name", .text(configuration.traces.serviceName)),
            TraceSpan.Attribute("service.instance.id", .text(configuration.id.name)),
            TraceSpan.Attribute("process.pid", .number(Int64(ProcessInfo.processInfo.processIdentifier))),
            TraceSpan.Attribute("telemetry.sdk.name", .text("sidecar")),
            TraceSpan.Attribute("telemetry.sdk.language", .text("swift")),
        ]
        return OTLPResourceV1.Resource(attributes: attributes.map(\.message))
    }
}
