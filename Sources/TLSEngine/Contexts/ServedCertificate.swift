internal import COpenSSL

/// What a certificate of ours says.
package struct ServedCertificate: Sendable, Equatable {
    /// In lower case: the alternative names of kind dNSName; of a certificate without alternative names its common name.
    package let dnsNames: [String]
    /// The last second of its validity, since 1970.
    package let notAfter: Int64

    init(_ certificate: OpaquePointer) {
        var names = TLSPeer()
        unsafe SubjectNames.read(from: certificate, into: &names)
        let hasAlternatives = unsafe X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1) >= 0
        let texts =
            unsafe hasAlternatives ? names.dnsNames : [SubjectNames.commonName(of: certificate)].compactMap { $0 }
        dnsNames = texts.map { $0.lowercased() }
        var (days, seconds): (CInt, CInt) = (0, 0)
        let epoch = unsafe ASN1_TIME_set(nil, 0)
        defer { unsafe ASN1_STRING_free(epoch) }
        _ = unsafe ASN1_TIME_diff(&days, &seconds, epoch, X509_get0_notAfter(certificate))
        notAfter = Int64(days) * 86_400 + Int64(seconds)
    }
}
