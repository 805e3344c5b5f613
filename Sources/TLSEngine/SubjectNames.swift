internal import COpenSSL

/// The alternative names in a certificate (RFC 5280 §4.2.1.6).
enum SubjectNames {
    /// More names than this in one certificate are not read; ours carry a handful.
    static let limit = 256

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
