/// What is traced, and where spans go.
package struct TraceSettings: Sendable, Equatable {
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

    /// `nil`: spans are made for nobody.
    package var endpoint: Endpoint?
    /// Whom an `https` collector's certificate must come from, PEM.
    package var trustedCAFile: String?
    /// Of client sessions, 0 to 1. `nil`: all with an endpoint, none without.
    package var sampleRatio: Double?
    /// `service.name` of the spans.
    package var serviceName = "sidecar-proxy"

    package init() {}

    /// What a ``Tracer`` is to record; `nil`: there are no traces.
    var effectiveRatio: Double? { sampleRatio ?? (endpoint == nil ? nil : 1) }
}
