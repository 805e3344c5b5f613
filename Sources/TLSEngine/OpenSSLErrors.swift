internal import COpenSSL

/// OpenSSL's error queue of this thread, which every failing call adds to.
enum OpenSSLErrors {
    /// Must precede each call whose failure is to be explained, lest an older failure speaks for it.
    static func clear() {
        ERR_clear_error()
    }

    /// Empties the queue.
    /// - Returns: the reasons, innermost first, joined by `: `; or `fallback` when OpenSSL gave none.
    static func drain(or fallback: String) -> (codes: [CUnsignedLong], text: String) {
        var codes: [CUnsignedLong] = []
        var texts: [String] = []
        while case let code = ERR_get_error(), code != 0 {
            codes.append(code)
            if let text = unsafe sidecar_error_text(code) {
                unsafe texts.append(String(cString: text))
            }
        }
        return (codes, texts.isEmpty ? fallback : texts.joined(separator: ": "))
    }

    static func has(_ reason: CInt, in codes: [CUnsignedLong]) -> Bool {
        codes.contains { ERR_GET_REASON($0) == reason }
    }
}
