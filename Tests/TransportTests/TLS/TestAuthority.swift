import Foundation
import TLSEngine
import TestKit

/// A folder with an authority, from which tests get contexts for both sides.
struct TestAuthority {
    let folder: TemporaryFolder
    let authority: CertificateAuthority
    private let now = Int64(Date().timeIntervalSince1970)

    init() throws {
        folder = try TemporaryFolder()
        authority = try CertificateAuthority.create(commonName: "test authority", now: now)
        try authority.certificatePEM.write(toFile: folder.file("ca.crt"), atomically: true, encoding: .utf8)
    }

    func server(_ name: String = "db.example", alpn: [String] = [], clients: Bool = false) throws -> TLSContext {
        let files = try issue(name, uriNames: [])
        return try .server(
            certificateFile: files.certificate, privateKeyFile: files.key, alpn: alpn,
            clientCAFile: clients ? folder.file("ca.crt") : nil)
    }

    func client(alpn: [String] = [], uriNames: [String]? = nil) throws -> TLSContext {
        guard let uriNames else { return try .client(trustedCAFile: folder.file("ca.crt"), alpn: alpn) }
        let files = try issue("client", uriNames: uriNames)
        return try .client(
            trustedCAFile: folder.file("ca.crt"), certificateFile: files.certificate, privateKeyFile: files.key,
            alpn: alpn)
    }

    private func issue(_ name: String, uriNames: [String]) throws -> (certificate: String, key: String) {
        let issued = try authority.issue(.init(commonName: name, dnsNames: [name], uriNames: uriNames), now: now)
        let files = (certificate: folder.file("\(name).crt"), key: folder.file("\(name).key"))
        try issued.certificatePEM.write(toFile: files.certificate, atomically: true, encoding: .utf8)
        try issued.privateKeyPEM.write(toFile: files.key, atomically: true, encoding: .utf8)
        return files
    }
}
