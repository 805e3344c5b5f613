internal import FoundationEssentials
internal import Telemetry

/// The folder of `--certs-dir`: in each sub-folder a certificate chain and its key.
struct CertificateFolder: Sendable {
    /// Certificates read from one folder. Each costs memory, and each look costs time.
    static let limit = 1000
    private static let (certificate, key) = ("tls.crt", "tls.key")

    struct Unreadable: Error, CustomStringConvertible {
        var description: String
    }

    let path: String

    /// - Returns: the pairs in the order of their folders' names. Folders without a certificate are left out, and so are
    ///   hidden ones, where Kubernetes keeps the files behind its links.
    func pairs() throws(Unreadable) -> [(name: String, files: EdgeProxyConfiguration.KeyPair)] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw Unreadable(description: "\(path) cannot be read")
        }
        let pairs = names.filter { !$0.hasPrefix(".") }.sorted().map { name in
            (
                name: name,
                files: EdgeProxyConfiguration.KeyPair(
                    certificateFile: "\(path)/\(name)/\(Self.certificate)", keyFile: "\(path)/\(name)/\(Self.key)")
            )
        }.filter { FileStamp(path: $0.files.certificateFile) != nil }
        guard pairs.count <= Self.limit else {
            throw Unreadable(description: "\(path) holds more than \(Self.limit) certificates")
        }
        return pairs
    }
}
