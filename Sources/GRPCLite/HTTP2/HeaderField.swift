/// One field of a header block. HTTP/2 writes names in lower case.
struct HeaderField: Equatable, Sendable {
    var name: String
    var value: String
    /// Whether HPACK may keep it in its table; off for values that never come again.
    var isIndexed = true

    init(_ name: String, _ value: String, isIndexed: Bool = true) {
        self.name = name
        self.value = value
        self.isIndexed = isIndexed
    }

    /// What HTTP/2 counts for a field beside its name and value. RFC 9113 §6.5.2.
    static let overhead = 32
}

extension [HeaderField] {
    func first(named name: String) -> String? {
        first { $0.name == name }?.value
    }

    /// As HTTP/2 counts it. RFC 9113 §6.5.2.
    var listSize: Int {
        reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + HeaderField.overhead }
    }

    /// What one header block may hold beside the fields that are constants: nghttp2 sends none above 64 KiB. It counts
    /// less for a field than HTTP/2 does.
    static var longestSent: Int { 60 * 1024 }

    var canBeSent: Bool { listSize <= Self.longestSent }
}
