/// A certificate and the private key that is said to be its own.
package enum KeyPair {
    /// - Parameter certificatePEM: the leaf stands first; what follows is not looked at.
    /// - Throws: when one of the two is no PEM, the key needs a password, or they do not belong together.
    package static func check(certificatePEM: String, privateKeyPEM: String) throws(TLSFailure) {
        let certificate = try Certificate(pem: certificatePEM)
        let key = try PrivateKey(pem: privateKeyPEM)
        guard certificate.belongs(to: key) else {
            throw TLSFailure(.unusableFile, "the certificate does not belong to the private key")
        }
    }
}
