import Foundation
import TLSEngine
import TestKit

/// A folder with an authority and certificates of it.
struct TestFiles {
    let folder: TemporaryFolder
    let authority: CertificateAuthority
    var authorityFile: String { folder.file("ca.crt") }

    static var now: Int64 { Int64(Date().timeIntervalSince1970) }

    init() throws {
        folder = try TemporaryFolder()
        authority = try CertificateAuthority.create(commonName: "test authority", now: Self.now)
        try authority.certificatePEM.write(toFile: folder.file("ca.crt"), atomically: true, encoding: .utf8)
    }

    /// - Returns: the files of a new certificate.
    func issue(
        _ name: String, dnsNames: [String] = [], ipAddresses: [String] = [], uriNames: [String] = [],
        now: Int64 = Self.now, validity: Duration = .seconds(3600)
    ) throws -> (certificate: String, key: String) {
        let issued = try authority.issue(
            .init(
                commonName: name, dnsNames: dnsNames, ipAddresses: ipAddresses, uriNames: uriNames,
                validity: validity), now: now)
        return (
            certificate: try write(issued.certificatePEM, to: "\(name).crt"),
            key: try write(issued.privateKeyPEM, to: "\(name).key")
        )
    }

    /// - Returns: the path of the file written.
    func write(_ text: String, to name: String) throws -> String {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
        return path(name)
    }

    func path(_ name: String) -> String { folder.file(name) }

    func server(_ dnsName: String = "db.example", alpn: [String] = [], clients: Bool = false) throws -> TLSContext {
        let files = try issue("server-\(dnsName)", dnsNames: [dnsName], ipAddresses: ["127.0.0.1"])
        return try .server(
            certificateFile: files.certificate, privateKeyFile: files.key, alpn: alpn,
            clientCAFile: clients ? authorityFile : nil)
    }

    func client(alpn: [String] = [], uriNames: [String]? = nil) throws -> TLSContext {
        guard let uriNames else { return try .client(trustedCAFile: authorityFile, alpn: alpn) }
        let files = try issue("client", uriNames: uriNames)
        return try .client(
            trustedCAFile: authorityFile, certificateFile: files.certificate, privateKeyFile: files.key, alpn: alpn)
    }
}
