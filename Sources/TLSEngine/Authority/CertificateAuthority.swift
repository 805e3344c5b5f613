internal import COpenSSL

/// A certificate authority of our own, for the links between our own processes: EC P-256, SHA-256.
///
/// Knows no clock: callers say when a certificate begins to be valid.
package struct CertificateAuthority: Sendable {
    package let certificatePEM: String
    /// A secret: PKCS #8, not encrypted.
    package let privateKeyPEM: String

    /// What a certificate is made out to.
    package struct Request: Sendable, Equatable {
        /// Cut to the 64 bytes that X.509 allows; the alternative names are what counts.
        package var commonName: String
        package var dnsNames: [String]
        package var ipAddresses: [String]
        package var uriNames: [String]
        package var validity: Duration

        package init(
            commonName: String, dnsNames: [String] = [], ipAddresses: [String] = [], uriNames: [String] = [],
            validity: Duration = CertificateAuthority.defaultValidity
        ) {
            self.commonName = commonName
            self.dnsNames = dnsNames
            self.ipAddresses = ipAddresses
            self.uriNames = uriNames
            self.validity = validity
        }
    }

    /// Ten years: these certificates are trusted by our own files alone.
    package static let defaultValidity = Duration.seconds(3650 * 86400)
    /// Clocks of other machines may be behind ours by this much.
    package static let clockLeeway: Int64 = 300
    private static let serialLength = 16

    /// Takes an authority that was created before.
    /// - Throws: `.unusableFile` when one is not PEM; `.keyMismatch` when they do not belong together.
    package init(certificatePEM: String, privateKeyPEM: String) throws(TLSFailure) {
        let certificate = try Certificate(pem: certificatePEM)
        let key = try PrivateKey(pem: privateKeyPEM)
        guard certificate.belongs(to: key) else {
            throw TLSFailure(.keyMismatch, "the authority's private key is not that of its certificate")
        }
        self.certificatePEM = certificatePEM
        self.privateKeyPEM = privateKeyPEM
    }

    /// Makes a new authority that signs itself.
    /// - Parameters:
    ///   - now: seconds since 1970; valid from five minutes before.
    ///   - serial: at most 20 bytes, unlike any other of this authority.
    package static func create(
        commonName: String, now: Int64, validity: Duration = defaultValidity,
        serial: [UInt8] = Digests.randomBytes(serialLength)
    ) throws(TLSFailure) -> CertificateAuthority {
        let key = try PrivateKey.generate()
        var certificate = try Certificate.unsigned(
            commonName: commonName, serial: serial, notBefore: now - clockLeeway,
            notAfter: now + validity.components.seconds)
        try certificate.setKey(key)
        try certificate.issuedByItself()
        try certificate.addOwn(NID_basic_constraints, "critical,CA:TRUE,pathlen:0")
        try certificate.addOwn(NID_key_usage, "critical,keyCertSign,cRLSign")
        try certificate.addOwn(NID_subject_key_identifier, "hash")
        try certificate.sign(with: key)
        return try CertificateAuthority(certificatePEM: certificate.pem(), privateKeyPEM: key.pem())
    }

    /// Makes a key and a certificate for it, fit for both sides of a connection.
    /// - Parameters: as for `create`.
    /// - Throws: `.unusable` when a name holds what cannot stand in a certificate.
    package func issue(
        _ request: Request, now: Int64, serial: [UInt8] = Digests.randomBytes(serialLength)
    ) throws(TLSFailure) -> (certificatePEM: String, privateKeyPEM: String) {
        let issuer = try Certificate(pem: certificatePEM)
        let issuerKey = try PrivateKey(pem: privateKeyPEM)
        let key = try PrivateKey.generate()
        var certificate = try Certificate.unsigned(
            commonName: request.commonName, serial: serial, notBefore: now - Self.clockLeeway,
            notAfter: now + request.validity.components.seconds)
        try certificate.setKey(key)
        try certificate.issued(by: issuer)
        try certificate.add(NID_basic_constraints, "critical,CA:FALSE", issuer: issuer)
        try certificate.add(NID_key_usage, "critical,digitalSignature", issuer: issuer)
        try certificate.add(NID_ext_key_usage, "serverAuth,clientAuth", issuer: issuer)
        try certificate.add(NID_authority_key_identifier, "keyid", issuer: issuer)
        let names = try request.alternativeNames()
        if !names.isEmpty { try certificate.add(NID_subject_alt_name, names, issuer: issuer) }
        try certificate.sign(with: issuerKey)
        return try (certificate.pem(), key.pem())
    }
}

extension CertificateAuthority.Request {
    /// In OpenSSL's notation, where commas part the names; hence no name may hold one.
    fileprivate func alternativeNames() throws(TLSFailure) -> String {
        let names = dnsNames.map { ("DNS:", $0) } + ipAddresses.map { ("IP:", $0) } + uriNames.map { ("URI:", $0) }
        for (_, name) in names {
            let isSound =
                !name.isEmpty && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ",") }
            guard isSound else { throw TLSFailure(.unusable, "“\(name)” cannot be a name in a certificate") }
        }
        return names.map { $0 + $1 }.joined(separator: ",")
    }
}
