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

extension StringProtocol {
    /// A field's value is what is between its blanks. RFC 9110 §5.5.
    var withoutBlanksAround: String {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        let leading = drop(while: isBlank)
        guard let last = leading.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(leading[...last])
    }
}

extension UInt8 {
    /// Of the kinds that may stand around a field's value.
    var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
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
