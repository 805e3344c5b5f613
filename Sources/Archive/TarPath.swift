/// Where an entry goes, relative to the folder that is filled: names that hold no `/` and are neither `.` nor `..`.
package struct TarPath: Hashable, Sendable, CustomStringConvertible {
    /// Names in one path, at most.
    package static let depthLimit = 16
    /// Bytes of one name, as Linux's file systems have it.
    package static let nameLimit = 255

    package let names: [String]

    /// - Parameter allowsTrailingSlash: as directories are written.
    init(_ bytes: [UInt8], allowsTrailingSlash: Bool) throws(TarFailure) {
        let failure = TarFailure.badPath(TarHeader.shown(bytes))
        var rest = bytes[...]
        if allowsTrailingSlash, rest.last == UInt8(ascii: "/") { rest = rest.dropLast() }
        guard !rest.isEmpty, rest.allSatisfy({ (0x21..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") }) else {
            throw failure
        }
        let parts = rest.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        // An empty part is a leading slash or two in a row.
        guard parts.count <= Self.depthLimit,
            parts.allSatisfy({ !$0.isEmpty && $0 != ".." && $0.utf8.count <= Self.nameLimit })
        else { throw failure }
        names = parts.filter { $0 != "." }
        guard !names.isEmpty || allowsTrailingSlash else { throw failure }
    }

    /// The folder itself, `.`.
    package var isRoot: Bool { names.isEmpty }
    package var description: String { isRoot ? "." : names.joined(separator: "/") }
}
