/// Between metadata and the header fields that carry it.
extension Metadata {
    struct UndecodableBinary: Error, Equatable {
        var name: String
    }

    /// Keeps the custom fields of a header block and leaves out those of HTTP/2 and gRPC.
    ///
    /// A peer may join repeated binary values with commas, so they are split before they are decoded. A text that is
    /// legal in HTTP but not in gRPC is dropped rather than failing the call.
    init(fields: [HeaderField]) throws(UndecodableBinary) {
        for field in fields where Self.isCustomName(field.name) {
            guard Self.isBinaryName(field.name) else {
                append(name: field.name, value: Self.withoutBlanksAround(field.value))
                continue
            }
            for part in field.value.split(separator: ",", omittingEmptySubsequences: false) {
                guard let bytes = Base64.decode(Self.withoutBlanksAround(part)) else {
                    throw UndecodableBinary(name: field.name)
                }
                appendBinary(name: field.name, bytes: bytes)
            }
        }
    }

    var fields: [HeaderField] {
        entries.map { entry in
            switch entry.value {
            case .ascii(let text): HeaderField(entry.name, Self.withoutBlanksAround(text), isIndexed: false)
            case .binary(let bytes): HeaderField(entry.name, Base64.encode(bytes), isIndexed: false)
            }
        }
    }

    private static func withoutBlanksAround(_ text: some StringProtocol) -> String {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        let leading = text.drop(while: isBlank)
        guard let last = leading.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(leading[...last])
    }
}
