/// Which certificates a proxy shows to clients besides its default pair, and how often it looks at the files.
package struct CertificateSettings: Sendable, Equatable {
    /// Holds a folder for each further certificate, with `tls.crt` and `tls.key` inside, as Kubernetes mounts them.
    package var folder: String?
    /// Between two looks at the files. What has changed is taken at the second look that finds it the same, since two
    /// files are never written at once.
    package var interval: Duration = .seconds(2)

    package init() {}
}
