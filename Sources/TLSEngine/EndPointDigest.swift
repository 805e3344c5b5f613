internal import COpenSSL

/// The channel binding `tls-server-end-point` (RFC 5929 §4): the hash of the server's certificate by the hash function
/// of that certificate's own signature, with SHA-256 in the place of MD5 and SHA-1.
enum EndPointDigest {
    /// - Returns: `nil` for a signature that uses no one hash function of its own (Ed25519, Ed448): of such a
    ///   certificate the binding is undefined.
    static func of(_ certificate: OpaquePointer) -> [UInt8]? {
        var identifier: CInt = 0
        // Of RSA-PSS this is the hash in its parameters, which need not be the mask's.
        guard unsafe X509_get_signature_info(certificate, &identifier, nil, nil, nil) == 1 else {
            OpenSSLErrors.clear()
            return nil
        }
        let isOutworn = [NID_md5, NID_sha1, NID_md5_sha1].contains(identifier)
        guard identifier != NID_undef,
            let function = unsafe EVP_get_digestbyname(OBJ_nid2sn(isOutworn ? NID_sha256 : identifier))
        else { return nil }
        return unsafe digest(of: certificate, function)
    }

    /// Names a certificate, whatever its signature.
    static func sha256(of certificate: OpaquePointer) -> [UInt8]? {
        unsafe EVP_sha256().flatMap { unsafe digest(of: certificate, $0) }
    }

    private static func digest(of certificate: OpaquePointer, _ function: OpaquePointer) -> [UInt8]? {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: CUnsignedInt = 0
        guard unsafe X509_digest(certificate, function, &digest, &length) == 1 else {
            OpenSSLErrors.clear()
            return nil
        }
        return Array(digest.prefix(Int(length)))
    }
}
