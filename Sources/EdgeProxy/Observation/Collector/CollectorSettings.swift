internal import Telemetry

/// Which collector is told what. OpenTelemetry's protocol (OTLP) over gRPC.
package struct CollectorSettings: Sendable, Equatable {
    /// An OTLP collector's gRPC, as `http://host:port` or `https://host:port`.
    package struct Endpoint: Sendable, Equatable {
        package var address: NetworkAddress
        package var isSecure: Bool

        private static let usualPort = 4317

        /// - Returns: `nil` for another scheme, for a path, or without a host.
        package init?(_ text: String) {
            guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else { return nil }
            isSecure = scheme == "https://"
            var rest = text.dropFirst(scheme.count)
            if rest.hasSuffix("/") { rest.removeLast() }
            let hasPort = rest.last != "]" && rest.contains(":")
            guard !rest.contains("/"),
                let address = NetworkAddress(hasPort ? String(rest) : "\(rest):\(Self.usualPort)")
            else { return nil }
            self.address = address
        }
    }

    /// What can be told.
    package enum Signal: String, Sendable, CaseIterable {
        case traces, metrics, logs
    }

    /// `nil`: nobody is told anything.
    package var endpoint: Endpoint?
    /// Whom an `https` collector's certificate must come from, PEM.
    package var trustedCAFile: String?
    /// Logs go to standard error in any case, where most installations gather them already.
    package var signals: Set<Signal> = [.traces, .metrics]
    /// Of client sessions that are traced, 0 to 1. `nil`: all with an endpoint, none without.
    package var sampleRatio: Double?
    /// From one report of the metrics to the next; OpenTelemetry's own default.
    package var metricInterval: Duration = .seconds(60)
    /// `service.name`.
    package var serviceName = "sidecar-proxy"

    package init() {}

    /// Whether somebody has to keep log lines for it.
    package var wantsLogs: Bool { tells(.logs) }

    func tells(_ signal: Signal) -> Bool { endpoint != nil && signals.contains(signal) }

    /// What a ``Tracer`` is to record; `nil`: there are no traces.
    var effectiveRatio: Double? { sampleRatio ?? (tells(.traces) ? 1 : nil) }
}
