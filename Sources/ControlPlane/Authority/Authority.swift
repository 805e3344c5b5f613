internal import FoundationEssentials
internal import Synchronization
internal import TLSEngine
internal import Telemetry

/// The fleet's private certificate authority, and the certificates that it has issued into files.
///
/// `FOLDER/ca.crt` and `ca.key` (0600) are made once and kept: clients hold a copy of the first. A leaf is made anew when
/// it is missing, made out to something else, or has less than a third of its life left.
package final class Authority: Sendable {
    /// 825 days. What runs does not reload its certificate, so a third of this bounds how long it may run.
    package static let leafValidity = Duration.seconds(825 * 86_400)

    /// What a leaf is made out to.
    package struct Subject: Codable, Equatable, Sendable {
        package var commonName: String
        package var dnsNames: [String]
        package var ipAddresses: [String]
        package var uriNames: [String]

        package init(
            commonName: String, dnsNames: [String] = [], ipAddresses: [String] = [], uriNames: [String] = []
        ) {
            self.commonName = commonName
            self.dnsNames = dnsNames
            self.ipAddresses = ipAddresses
            self.uriNames = uriNames
        }
    }

    /// Paths of a certificate and its private key.
    package struct Files: Equatable, Sendable {
        package var certificate: String
        package var privateKey: String
    }

    /// What was issued into a folder, so that nothing need be read out of a certificate.
    private struct Issued: Codable {
        var subject: Subject
        /// Seconds since 1970.
        var from: Int64
        var until: Int64
        /// Of the authority that signed: a leaf of another one is worthless.
        var authority: String
    }

    package let certificateFile: String
    package let certificatePEM: String
    private let authority: CertificateAuthority
    private let fingerprint: String
    /// Guards the list of a folder while it is read and written.
    private let listing = Mutex(())

    /// - Parameter now: seconds since 1970.
    package init(folder: String, now: Int64) throws {
        let certificateFile = folder + "/ca.crt"
        let keyFile = folder + "/ca.key"
        if FileManager.default.fileExists(atPath: certificateFile), FileManager.default.fileExists(atPath: keyFile) {
            authority = try CertificateAuthority(
                certificatePEM: String(decoding: try SecureFile.read(certificateFile), as: UTF8.self),
                privateKeyPEM: String(decoding: try SecureFile.read(keyFile), as: UTF8.self))
        } else {
            authority = try CertificateAuthority.create(commonName: "sidecar", now: now)
            // The key first: a certificate whose key was lost could not be told from a whole one.
            try SecureFile.write(Array(authority.privateKeyPEM.utf8), to: keyFile)
            try SecureFile.write(Array(authority.certificatePEM.utf8), to: certificateFile, mode: 0o644)
        }
        self.certificateFile = certificateFile
        certificatePEM = authority.certificatePEM
        fingerprint = Digests.sha256(Array(authority.certificatePEM.utf8)).map { String($0, radix: 16) }.joined()
    }

    /// The leaf `FOLDER/NAME.crt` with its key `NAME.key` (0600), made now or still good.
    @discardableResult
    package func leaf(_ name: String, for subject: Subject, in folder: String, now: Int64) throws -> Files {
        let files = Files(certificate: "\(folder)/\(name).crt", privateKey: "\(folder)/\(name).key")
        try listing.withLock { _ in
            var issued = Self.list(in: folder)
            if let known = issued[name], isGood(known, for: subject, now: now), Self.exist(files) { return }
            try write(subject, to: files, now: now)
            issued[name] = Issued(
                subject: subject, from: now, until: now + Self.leafValidity.components.seconds, authority: fingerprint)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            try SecureFile.write(Array(try encoder.encode(issued)), to: Self.listPath(folder))
        }
        return files
    }

    private func isGood(_ issued: Issued, for subject: Subject, now: Int64) -> Bool {
        let life = issued.until - issued.from
        return issued.subject == subject && issued.authority == fingerprint && now >= issued.from
            && issued.until - now >= life / 3
    }

    private func write(_ subject: Subject, to files: Files, now: Int64) throws {
        let leaf = try authority.issue(
            .init(
                commonName: subject.commonName, dnsNames: subject.dnsNames, ipAddresses: subject.ipAddresses,
                uriNames: subject.uriNames, validity: Self.leafValidity), now: now)
        try SecureFile.write(Array(leaf.privateKeyPEM.utf8), to: files.privateKey)
        try SecureFile.write(Array(leaf.certificatePEM.utf8), to: files.certificate, mode: 0o644)
    }

    private static func listPath(_ folder: String) -> String { folder + "/issued.json" }

    /// Unreadable is empty: then everything is issued anew.
    private static func list(in folder: String) -> [String: Issued] {
        guard let bytes = try? SecureFile.read(listPath(folder)) else { return [:] }
        return (try? JSONDecoder().decode([String: Issued].self, from: Data(bytes))) ?? [:]
    }

    private static func exist(_ files: Files) -> Bool {
        FileManager.default.fileExists(atPath: files.certificate)
            && FileManager.default.fileExists(atPath: files.privateKey)
    }
}
