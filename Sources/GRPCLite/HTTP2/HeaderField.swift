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
}
