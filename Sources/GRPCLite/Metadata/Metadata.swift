/// The custom headers of a call, in order, names repeated as they came.
///
/// A name ending in `-bin` holds bytes, every other name holds printable ASCII.
/// gRPC over HTTP/2, “Custom-Metadata”.
package struct Metadata: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case ascii(String)
        case binary([UInt8])
    }

    package struct Entry: Sendable, Equatable {
        package var name: String
        package var value: Content
    }

    package private(set) var entries: [Entry] = []

    package init() {}

    /// The first text under the name, if any.
    package func first(named name: String) -> String? {
        all(named: name).first
    }

    package func all(named name: String) -> [String] {
        entries.compactMap { entry in
            guard case .ascii(let text) = entry.value, entry.name == name else { return nil }
            return text
        }
    }

    package func firstBinary(named name: String) -> [UInt8]? {
        for entry in entries where entry.name == name {
            if case .binary(let bytes) = entry.value { return bytes }
        }
        return nil
    }

    /// - Parameter name: lower-case ASCII letters, digits, `_`, `-`, `.`; not ending in `-bin`, not reserved by gRPC.
    /// - Returns: `false`, with nothing added, when the name or the value may not be sent.
    @discardableResult
    package mutating func append(name: String, value: String) -> Bool {
        guard Self.isCustomName(name), !Self.isBinaryName(name), value.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { return false }
        entries.append(Entry(name: name, value: .ascii(value)))
        return true
    }

    /// - Parameter name: as in ``append(name:value:)``, but ending in `-bin`.
    /// - Returns: `false`, with nothing added, when the name may not be sent.
    @discardableResult
    package mutating func appendBinary(name: String, bytes: [UInt8]) -> Bool {
        guard Self.isCustomName(name), Self.isBinaryName(name) else { return false }
        entries.append(Entry(name: name, value: .binary(bytes)))
        return true
    }

    /// Adds all entries of the other behind its own.
    package mutating func append(_ other: Metadata) {
        entries += other.entries
    }

    package var isEmpty: Bool { entries.isEmpty }

    static func isBinaryName(_ name: String) -> Bool {
        name.hasSuffix("-bin")
    }

    /// Whether the name is legal and not one that HTTP/2 or gRPC speak for themselves.
    static func isCustomName(_ name: String) -> Bool {
        guard !name.isEmpty, !name.hasPrefix("grpc-"), !reservedNames.contains(name) else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
            default: false
            }
        }
    }

    private static let reservedNames: Set<String> = [
        "te", "content-type", "user-agent", "host", "connection", "keep-alive", "proxy-connection",
        "transfer-encoding", "upgrade", "content-length",
    ]
}

extension Metadata: ExpressibleByDictionaryLiteral {
    /// Text entries; a pair that may not be sent is left out, as by ``append(name:value:)``.
    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { append(name: name, value: value) }
    }
}
