/// The `options` parameter, read as far as it concerns routing.
///
/// Split like PostgreSQL's `pg_split_opts`: at whitespace, and a backslash takes the next byte as it is. A token
/// `endpoint=ID` (or, older, `project=ID`) names the endpoint; so do `-c endpoint=ID`, `-cendpoint=ID` and
/// `--endpoint=ID`, of which nothing may stay behind, because the compute would not know what to do with it. A token
/// `sidecar_cold_start:on` (or `:off`) asks the proxy to say how the session came by its compute.
package struct StartupOptions: Equatable, Sendable {
    package enum Malformed: Error, Equatable {
        /// Two tokens that name different endpoints.
        case endpointsDisagree(String, String)
        /// The value of a routing token is not UTF-8.
        case endpointNotText
    }

    /// What the client calls the endpoint, unchecked; `nil` without a routing token.
    package private(set) var endpoint: String?
    /// The value without the routing tokens; the other bytes are as the client sent them.
    package private(set) var remainder: [UInt8]

    /// Whether the client wants to know how it came by its compute.
    package private(set) var wantsColdStart = false
    /// Whether a token was taken out.
    package private(set) var routed = false

    /// - Parameter value: the bytes of `options`; empty when the client sent none.
    package init(_ value: [UInt8]) throws(Malformed) {
        remainder = []
        let tokens = Self.tokens(of: value)
        var keptFrom = 0
        var index = 0
        while index < tokens.count {
            let (own, length) = Self.ownToken(tokens[index...])
            guard let own else {
                index += length
                continue
            }
            try take(own)
            remainder += value[keptFrom..<tokens[index].range.lowerBound]
            index += length
            keptFrom = index < tokens.count ? tokens[index].range.lowerBound : value.count
        }
        remainder += value[keptFrom...]
        if routed { trimEnd() }
    }

    /// What is meant for us and not for the compute.
    private enum OwnToken {
        case endpoint([UInt8])
        case coldStart(Bool)
    }

    private mutating func take(_ token: OwnToken) throws(Malformed) {
        routed = true
        switch token {
        case .endpoint(let name): try take(name)
        case .coldStart(let isWanted): wantsColdStart = isWanted
        }
    }

    private mutating func take(_ name: [UInt8]) throws(Malformed) {
        guard let text = String(validating: name, as: UTF8.self) else { throw .endpointNotText }
        if let endpoint, endpoint != text { throw .endpointsDisagree(endpoint, text) }
        endpoint = text
    }

    /// Takes away the whitespace that stood before a last token that is gone. Whitespace behind a backslash stays.
    private mutating func trimEnd() {
        let end = Self.tokens(of: remainder).last?.range.upperBound ?? 0
        remainder.removeLast(remainder.count - end)
    }

    /// - Returns: what a token of ours that stands first means, and how many tokens the first option takes up.
    private static func ownToken(_ tokens: ArraySlice<Token>) -> (OwnToken?, Int) {
        guard let first = tokens.first?.text else { return (nil, 1) }
        if first.elementsEqual("-c".utf8) {
            return (tokens.dropFirst().first.flatMap { value(in: $0.text[...]) }, 2)
        }
        if first.starts(with: "-c".utf8) || first.starts(with: "--".utf8) {
            return (value(in: first.dropFirst(2)), 1)
        }
        return (value(in: first[...]), 1)
    }

    private static func value(in assignment: ArraySlice<UInt8>) -> OwnToken? {
        for name in ["endpoint=", "project="] where assignment.starts(with: name.utf8) {
            return .endpoint(Array(assignment.dropFirst(name.utf8.count)))
        }
        if assignment.elementsEqual("sidecar_cold_start:on".utf8) { return .coldStart(true) }
        if assignment.elementsEqual("sidecar_cold_start:off".utf8) { return .coldStart(false) }
        return nil
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
