internal import ArgumentParser
internal import EdgeProxy

/// Which certificates a proxy shows to clients besides its default pair, and under which domains it serves.
struct CertificateOptions: ParsableArguments {
    @Option(
        name: .customLong("certs-dir"),
        help: """
            Folder with a folder per further certificate, tls.crt and tls.key inside. The one made out to the name that a \
            client asks for is shown. All certificates are read anew when they change, and on SIGHUP.
            """)
    var folder: String?

    @Option(
        name: .customLong("domain"),
        help: """
            What follows an endpoint's name in the host that clients ask for; several with commas. The domains of the \
            certificates' wildcard names count too.
            """)
    var domains = "localtest.me"

    var settings: CertificateSettings {
        var settings = CertificateSettings()
        settings.folder = folder
        return settings
    }

    /// At least one, which may be empty.
    var domainList: [String] {
        domains.split(separator: ",", omittingEmptySubsequences: false).map { String($0.trimmingPrefix(" ")) }
    }
}
