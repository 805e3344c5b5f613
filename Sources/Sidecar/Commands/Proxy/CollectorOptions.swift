internal import ArgumentParser
internal import EdgeProxy
internal import FoundationEssentials

/// What a collector is told, and what is traced.
struct CollectorOptions: ParsableArguments {
    /// What OpenTelemetry's own libraries read.
    private static let endpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT"
    private static let serviceNameVariable = "OTEL_SERVICE_NAME"
    private static let metricIntervals = 1...86_400

    @Option(
        help: """
            Collector to tell, as http://host:4317 or https://host:4317 (OTLP over gRPC). Also \
            OTEL_EXPORTER_OTLP_ENDPOINT; OTEL_SERVICE_NAME names this service. (default: none)
            """)
    var otlpEndpoint: String?

    @Option(help: "Certificates that an https collector's must come from, PEM. (default: the system's)")
    var otlpCaFile: String?

    @Option(
        help: "What the collector is told, of traces, metrics and logs, by commas. Logs go to standard error as well.")
    var otlpSignals = "traces,metrics"

    @Option(help: "Seconds from one report of the metrics to the next.")
    var otlpMetricInterval = 60

    @Option(help: "Share of client sessions that are traced, 0 to 1. (default: 1 with a collector, else no traces)")
    var traceSampleRatio: Double?

    func settings(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> CollectorSettings {
        var settings = CollectorSettings()
        let (text, source) = endpoint(environment)
        if let text {
            guard let endpoint = CollectorSettings.Endpoint(text) else {
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
        settings.signals = try signals()
        guard Self.metricIntervals.contains(otlpMetricInterval) else {
            throw CommandFailure.badConfiguration("--otlp-metric-interval: must be 1 to 86400 seconds")
        }
        settings.metricInterval = .seconds(otlpMetricInterval)
        settings.trustedCAFile = otlpCaFile
        if let name = environment[Self.serviceNameVariable], !name.isEmpty { settings.serviceName = name }
        return settings
    }

    private func signals() throws -> Set<CollectorSettings.Signal> {
        let known = CollectorSettings.Signal.allCases.map(\.rawValue).joined(separator: ", ")
        return Set(
            try otlpSignals.split(separator: ",").map { word in
                let word = String(word.filter { $0 != " " })
                guard let signal = CollectorSettings.Signal(rawValue: word) else {
                    throw CommandFailure.badConfiguration("--otlp-signals: “\(word)” is none of \(known)")
                }
                return signal
            })
    }

    private func endpoint(_ environment: [String: String]) -> (text: String?, source: String) {
        if let otlpEndpoint { return (otlpEndpoint, "--otlp-endpoint") }
        let value = environment[Self.endpointVariable].flatMap { $0.isEmpty ? nil : $0 }
        return (value, Self.endpointVariable)
    }
}
