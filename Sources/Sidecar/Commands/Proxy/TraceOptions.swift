internal import ArgumentParser
internal import EdgeProxy
internal import Foundation

/// What a proxy traces, and where its spans go.
struct TraceOptions: ParsableArguments {
    /// What OpenTelemetry's own libraries read.
    private static let endpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT"
    private static let serviceNameVariable = "OTEL_SERVICE_NAME"

    @Option(
        help: """
            Collector to send traces to, as http://host:4317 or https://host:4317 (OTLP over gRPC). Also \
            OTEL_EXPORTER_OTLP_ENDPOINT; OTEL_SERVICE_NAME names this service. (default: none)
            """)
    var otlpEndpoint: String?

    @Option(help: "Certificates that an https collector's must come from, PEM. (default: the system's)")
    var otlpCaFile: String?

    @Option(help: "Share of client sessions that are traced, 0 to 1. (default: 1 with a collector, else no traces)")
    var traceSampleRatio: Double?

    func settings(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> TraceSettings {
        var settings = TraceSettings()
        let (text, source) = endpoint(environment)
        if let text {
            guard let endpoint = TraceSettings.Endpoint(text) else {
                throw CommandFailure.badConfiguration("\(source): must be http://host:port or https://host:port")
            }
            settings.endpoint = endpoint
        }
        if let traceSampleRatio {
            guard (0...1).contains(traceSampleRatio) else {
                throw CommandFailure.badConfiguration("--trace-sample-ratio: must be a number from 0 to 1")
            }
            settings.sampleRatio = traceSampleRatio
        }
        settings.trustedCAFile = otlpCaFile
        if let name = environment[Self.serviceNameVariable], !name.isEmpty { settings.serviceName = name }
        return settings
    }

    private func endpoint(_ environment: [String: String]) -> (text: String?, source: String) {
        if let otlpEndpoint { return (otlpEndpoint, "--otlp-endpoint") }
        let value = environment[Self.endpointVariable].flatMap { $0.isEmpty ? nil : $0 }
        return (value, Self.endpointVariable)
    }
}
