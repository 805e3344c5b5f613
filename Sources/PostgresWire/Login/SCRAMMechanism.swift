/// The SASL mechanisms that are spoken here, best first. RFC 5802, RFC 7677.
package enum SCRAMMechanism: String, CaseIterable, Sendable {
    /// Bound to the TLS connection: whoever stands between the two ends cannot pass the messages on.
    case plus = "SCRAM-SHA-256-PLUS"
    case plain = "SCRAM-SHA-256"
}
