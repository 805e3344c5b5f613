package import NIOCore

/// The names and values of a StartupMessage, in the order and with the bytes the client chose.
///
/// Values are bytes, not text: PostgreSQL takes them in any encoding, and what is not ours to read goes on unchanged.
package struct StartupParameters: Equatable, Sendable {
    package struct Parameter: Equatable, Sendable {
        package var name: [UInt8]
        package var value: [UInt8]
    }

    package enum Malformed: Error, Equatable {
        /// A name without a value, or a text without its NUL.
        case notTerminated
        /// The list's lone NUL is not the last byte.
        case bytesAfterEnd(Int)
        /// `user`, `database` or `options` twice: proxy and compute could disagree about which one counts.
        case givenTwice(String)
    }

    private static let extensionPrefix = Array("_pq_.".utf8)
    private static let singular = ["user", "database", "options"]

    package private(set) var list: [Parameter]

    package init(_ pairs: [(String, String)]) {
        list = pairs.map { Parameter(name: Array($0.0.utf8), value: Array($0.1.utf8)) }
    }

    /// - Parameter body: all that follows the version: pairs of NUL-terminated texts, then one NUL.
    package init(decoding body: ByteBuffer) throws(Malformed) {
        var rest = body
        list = []
        while true {
            guard let name = rest.readTerminated() else { throw .notTerminated }
            if name.isEmpty { break }
            guard let value = rest.readTerminated() else { throw .notTerminated }
            list.append(Parameter(name: name, value: value))
        }
        guard rest.readableBytes == 0 else { throw .bytesAfterEnd(rest.readableBytes) }
        for name in Self.singular where list.count(where: { $0.name.elementsEqual(name.utf8) }) > 1 {
            throw .givenTwice(name)
        }
    }

    /// - Returns: the value of the first parameter with this name.
    package subscript(_ name: String) -> [UInt8]? {
        list.first { $0.name.elementsEqual(name.utf8) }?.value
    }

    /// The value as text, `nil` when absent or not UTF-8.
    package func text(_ name: String) -> String? {
        self[name].flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// Names of the protocol extensions asked for.
    package var protocolExtensions: [[UInt8]] {
        list.map(\.name).filter { $0.starts(with: Self.extensionPrefix) }
    }

    /// What a compute gets: everything, byte for byte, but protocol extensions (answered by us) and routing tokens
    /// in `options` (meant for us). An `options` that held nothing else is left out.
    ///
    /// - Parameter options: the parsed value of `options`.
    package func forwarded(with options: StartupOptions) -> StartupParameters {
        var forwarded = self
        forwarded.list.removeAll { $0.name.starts(with: Self.extensionPrefix) }
        guard options.routed else { return forwarded }
        guard let index = forwarded.list.firstIndex(where: { $0.name.elementsEqual("options".utf8) }) else {
            return forwarded
        }
        if options.remainder.isEmpty {
            forwarded.list.remove(at: index)
        } else {
            forwarded.list[index].value = options.remainder
        }
        return forwarded
    }

    /// The same with these values, whether they were there or not.
    package func replacing(_ pairs: [(String, String)]) -> StartupParameters {
        var replaced = self
        replaced.list.removeAll { parameter in pairs.contains { parameter.name.elementsEqual($0.0.utf8) } }
        replaced.list.insert(contentsOf: StartupParameters(pairs).list, at: 0)
        return replaced
    }

    func encode(into buffer: inout ByteBuffer) {
        for parameter in list {
            buffer.writeTerminated(parameter.name)
            buffer.writeTerminated(parameter.value)
        }
        buffer.writeInteger(UInt8(0))
    }
}
