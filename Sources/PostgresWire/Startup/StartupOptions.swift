/// The `options` parameter, read as far as it concerns routing.
///
/// Split like PostgreSQL's `pg_split_opts`: at whitespace, and a backslash takes the next byte as it is. A token
/// `endpoint=ID` (or, older, `project=ID`) names the endpoint; so do `-c endpoint=ID`, `-cendpoint=ID` and
/// `--endpoint=ID`, of which nothing may stay behind, because the compute would not know what to do with it. A token
/// `neon_KEY:VALUE` says what kind of compute is wanted, and `sidecar_cold_start:on` (or `:off`) asks the proxy to say how the
/// session came by its compute; both are taken out in the same ways.
package struct StartupOptions: Equatable, Sendable {
    package enum Malformed: Error, Equatable {
        /// Two tokens that name different endpoints.
        case endpointsDisagree(String, String)
        /// The value of a routing token is not UTF-8.
        case endpointNotText
        /// A `neon_` token whose value is not UTF-8.
        case wishNotText
    }

    /// `neon_KEY:VALUE`.
    package struct Wish: Equatable, Comparable, Sendable {
        /// Letters, digits and underscores.
        package var key: String
        package var value: String

        package static func < (left: Wish, right: Wish) -> Bool {
            (left.key, left.value) < (right.key, right.value)
        }
    }

    /// What the client calls the endpoint, unchecked; `nil` without a routing token.
    package private(set) var endpoint: String?
    /// In order of their keys.
    package private(set) var wishes: [Wish] = []
    /// Whether the client wants to know how it came by its compute.
    package private(set) var wantsColdStart = false
    /// The value without the routing tokens; the other bytes are as the client sent them.
    package private(set) var remainder: [UInt8]

    /// Whether a token was taken out.
    package private(set) var routed = false

    /// - Parameter value: the bytes of `options`; empty when the client sent none.
    package init(_ value: [UInt8]) throws(Malformed) {
        remainder = []
        let tokens = Self.tokens(of: value)
        var keptFrom = 0
        var index = 0
        while index < tokens.count {
            let (assignment, length) = Self.assignment(tokens[index...])
            guard try take(assignment) else {
                index += length
                continue
            }
            routed = true
            remainder += value[keptFrom..<tokens[index].range.lowerBound]
            index += length
            keptFrom = index < tokens.count ? tokens[index].range.lowerBound : value.count
        }
        remainder += value[keptFrom...]
        wishes.sort()
        if routed { trimEnd() }
    }

    /// - Returns: whether it was meant for us.
    private mutating func take(_ assignment: ArraySlice<UInt8>) throws(Malformed) -> Bool {
        if let name = Self.endpoint(in: assignment) {
            guard let text = String(validating: name, as: UTF8.self) else { throw .endpointNotText }
            if let endpoint, endpoint != text { throw .endpointsDisagree(endpoint, text) }
            endpoint = text
            return true
        }
        if let isWanted = Self.coldStart(in: assignment) {
            wantsColdStart = isWanted
            return true
        }
        guard let (key, value) = Self.wish(in: assignment) else { return false }
        guard let text = String(validating: value, as: UTF8.self) else { throw .wishNotText }
        wishes.append(Wish(key: String(decoding: key, as: UTF8.self), value: text))
        return true
    }

    /// Takes away the whitespace that stood before a last token that is gone. Whitespace behind a backslash stays.
    private mutating func trimEnd() {
        let end = Self.tokens(of: remainder).last?.range.upperBound ?? 0
        remainder.removeLast(remainder.count - end)
    }

    /// - Returns: what the first option assigns to what, and how many tokens it takes up.
    private static func assignment(_ tokens: ArraySlice<Token>) -> (ArraySlice<UInt8>, Int) {
        guard let first = tokens.first?.text else { return ([], 1) }
        if first.elementsEqual("-c".utf8) { return (tokens.dropFirst().first?.text[...] ?? [], 2) }
        if first.starts(with: "-c".utf8) || first.starts(with: "--".utf8) { return (first.dropFirst(2), 1) }
        return (first[...], 1)
    }

    private static func endpoint(in assignment: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        for name in ["endpoint=", "project="] where assignment.starts(with: name.utf8) {
            return assignment.dropFirst(name.utf8.count)
        }
        return nil
    }

    private static func coldStart(in assignment: ArraySlice<UInt8>) -> Bool? {
        if assignment.elementsEqual("sidecar_cold_start:on".utf8) { return true }
        return assignment.elementsEqual("sidecar_cold_start:off".utf8) ? false : nil
    }

    private static func wish(in assignment: ArraySlice<UInt8>) -> (key: ArraySlice<UInt8>, value: ArraySlice<UInt8>)? {
        let prefix = "neon_".utf8
        guard assignment.starts(with: prefix), let colon = assignment.firstIndex(of: UInt8(ascii: ":")) else {
            return nil
        }
        let key = assignment[..<colon].dropFirst(prefix.count)
        let value = assignment[(colon + 1)...]
        return key.isEmpty || value.isEmpty || !key.allSatisfy(isWordByte) ? nil : (key, value)
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private struct Token {
        /// With backslashes resolved.
        var text: [UInt8]
        /// Where its bytes stand in the value.
        var range: Range<Int>
    }

    private static func tokens(of value: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var index = 0
        while index < value.count {
            if isSpace(value[index]) {
                index += 1
                continue
            }
            let start = index
            var text: [UInt8] = []
            while index < value.count, !isSpace(value[index]) {
                if value[index] == UInt8(ascii: "\\") {
                    index += 1
                    guard index < value.count else { break }
                }
                text.append(value[index])
                index += 1
            }
            tokens.append(Token(text: text, range: start..<index))
        }
        return tokens
    }

    /// What C's `isspace` says in the C locale.
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }
}
