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
                append(name: field.name, value: field.value.withoutBlanksAround)
                continue
            }
            for part in field.value.split(separator: ",", omittingEmptySubsequences: false) {
                guard let bytes = Base64.decode(part.withoutBlanksAround) else {
                    throw UndecodableBinary(name: field.name)
                }
                appendBinary(name: field.name, bytes: bytes)
            }
        }
    }

    var fields: [HeaderField] {
        entries.map { entry in
            switch entry.value {
            case .ascii(let text): HeaderField(entry.name, text.withoutBlanksAround, isIndexed: false)
            case .binary(let bytes): HeaderField(entry.name, Base64.encode(bytes), isIndexed: false)
            }
        }
    }
}
