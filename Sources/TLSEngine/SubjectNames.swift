internal import COpenSSL

/// The alternative names in a certificate (RFC 5280 §4.2.1.6).
enum SubjectNames {
    /// More names than this in one certificate are not read; ours carry a handful.
    static let limit = 256

    private static let commonNameLimit = 64

    /// The first common name of the subject, `nil` without one, or for one that is no text (RFC 5280, ub-common-name).
    static func commonName(of certificate: OpaquePointer) -> String? {
        var text = [CChar](repeating: 0, count: commonNameLimit + 1)
        let length = unsafe X509_NAME_get_text_by_NID(
            X509_get_subject_name(certificate), NID_commonName, &text, CInt(text.count))
        guard length > 0 else { return nil }
        let bytes = text.prefix(Int(length)).map { UInt8(bitPattern: $0) }
        return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
    }

    static func read(from certificate: OpaquePointer, into peer: inout TLSPeer) {
        guard let names = unsafe sidecar_subject_alternative_names(certificate) else { return }
        defer { unsafe GENERAL_NAMES_free(names) }
        for index in unsafe 0..<min(sidecar_general_name_count(names), CInt(limit)) {
            var kind: CInt = 0
            var length: CInt = 0
            guard let name = unsafe sidecar_general_name(names, index),
                let text = unsafe sidecar_general_name_text(name, &kind, &length), length >= 0
            else { continue }
            let bytes = unsafe UnsafeBufferPointer(start: text, count: Int(length))
            // A zero byte inside is an old trick to look like a shorter name.
            guard unsafe !bytes.contains(0) else { continue }
            let value = unsafe String(decoding: bytes, as: UTF8.self)
            if kind == GEN_URI { peer.uriNames.append(value) } else { peer.dnsNames.append(value) }
        }
    }
}
