import GRPCLite
import Logging
import SidecarAPI
import Synchronization
import Telemetry
import TestKit
import Testing

@testable import EdgeProxy

final class MetricExporterTests: Sendable {
    private let registry = MetricRegistry()
    private let told = Mutex<[[MetricSnapshot]]>([])
    private let quiet: Logger

    init() {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        quiet = logger
    }

    private func exporter(_ status: GRPCStatus? = nil, every interval: Duration = .milliseconds(1)) -> MetricExporter {
        MetricExporter(registry, every: interval, logger: quiet) { snapshots throws(GRPCStatus) in
            self.told.withLock { $0.append(snapshots) }
            if let status { throw status }
            return 0
        }
    }

    @Test func `reports go out again and again, with numbers that are brought up to date before`() async throws {
        let gauge = registry.gauge("waiting", help: "Who waits.")
        let exporter = exporter()
        let running = Task { await exporter.run { gauge.add() } }
        try await eventually("three reports") { self.told.withLock { $0.count } >= 3 }
        running.cancel()
        await running.value
        let values = told.withLock { $0 }.prefix(3).map { snapshots -> Int? in
            guard case .gauges(let series) = snapshots.first(where: { $0.name == "waiting" })?.numbers else {
                return nil
            }
            return series.first?.value
        }
        #expect(values == [1, 2, 3])
    }

    @Test func `a collector that knows no metrics is asked once`() async {
        let exporter = exporter(GRPCStatus(.unimplemented))
        await exporter.run {}
        await exporter.flush {}
        #expect(told.withLock { $0.count } == 1)
    }

    @Test func `a collector that is away is told later`() async {
        let exporter = exporter(GRPCStatus(.unavailable))
        await exporter.flush {}
        await exporter.flush {}
        #expect(told.withLock { $0.count } == 2)
        #expect(registry.counter("sidecar_metric_export_failures_total", help: "").value == 2)
    }

    @Test func `every kind of metric in OTLP's words`() throws {
        registry.counter("calls_total", help: "Calls.", labels: [("code", "OK"), ("type", "unary")]).add(7)
        registry.gauge("depth", help: "How deep.").set(-3)
        let histogram = registry.histogram("wait_seconds", help: "Waits.", buckets: [0.5, 1])
        for seconds in [0.25, 0.5, 0.75, 9] { histogram.record(seconds: seconds) }
        let moment = MetricMoment(startUnixNanos: 5, unixNanos: 9)
        let messages = registry.snapshot().map { $0.message(at: moment) }
        #expect(messages.map(\.name) == ["calls_total", "depth", "wait_seconds"])
        #expect(messages.map(\.unit) == ["", "", "s"])
        #expect(messages.map(\.description) == ["Calls.", "How deep.", "Waits."])
        guard case .sum(let sum) = messages[0].data, case .gauge(let gauge) = messages[1].data,
            case .histogram(let waits) = messages[2].data
        else { return #expect(Bool(false), "\(messages)") }
        #expect(sum.isMonotonic && sum.aggregationTemporality == .cumulative)
        let point = try #require(sum.dataPoints.first)
        #expect(point.value == .asInt(7) && point.startTimeUnixNano == 5 && point.timeUnixNano == 9)
        #expect(point.attributes.map(\.key) == ["code", "type"])
        #expect(point.attributes.map { $0.value?.value } == [.stringValue("OK"), .stringValue("unary")])
        #expect(gauge.dataPoints.map(\.value) == [.asInt(-3)])
        #expect(waits.aggregationTemporality == .cumulative)
        let distribution = try #require(waits.dataPoints.first)
        #expect(distribution.bucketCounts == [2, 1, 1] && distribution.explicitBounds == [0.5, 1])
        #expect(distribution.count == 4 && distribution.total == .sum(10.5))
    }
}
