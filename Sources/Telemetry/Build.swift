/// Which build this is.
package enum Build {
    /// Of the whole package, by semantic versioning.
    package static let version = "0.1.0"
    /// As metrics and `sidecar check` name it.
    package static let tag = "sidecar-\(version)"
    /// The series that says it, by the label `build_tag`.
    package static let metric = "libmetrics_build_info"
}

extension MetricRegistry {
    package func showBuild() {
        gauge(Build.metric, help: "Which build this is.", labels: [("revision", "unknown"), ("build_tag", Build.tag)])
            .set(1)
    }

    /// Seconds since 1970, by the label `name`.
    package static let certificateEnds = "sidecar_certificate_expiry_seconds"

    /// - Parameters:
    ///   - name: what it is for; the operator's own for certificates of clients' names.
    ///   - end: seconds since 1970.
    package func showCertificate(_ name: String, endsAt end: Int64) {
        gauge(
            Self.certificateEnds, help: "When certificates in use end, in seconds since 1970.",
            labels: [("name", name)]
        ).set(Int(end))
    }
}
