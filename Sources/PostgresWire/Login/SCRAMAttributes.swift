/// The comma-separated `letter=value` list that every SCRAM message is (RFC 5802 §5.1), read in order.
struct SCRAMAttributes {
    enum Malformed: Error, Equatable {
        /// The list ends, or has another attribute, where this one must stand.
        case expected(Character)
    }

    private var rest: [ArraySlice<UInt8>]

    init(_ bytes: some Collection<UInt8>) {
        rest = Array(bytes).split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    }

    /// The letter of the next attribute; `nil` at the end or when it is not of the form `letter=`.
    var nextName: Character? {
        guard let next = rest.first, next.count >= 2, next[next.startIndex + 1] == UInt8(ascii: "=") else { return nil }
        return Character(UnicodeScalar(next[next.startIndex]))
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ name: Character) throws(Malformed) -> [UInt8] {
        guard nextName == name else { throw .expected(name) }
        return Array(rest.removeFirst().dropFirst(2))
    }

    /// A nonce: printable ASCII without the comma, and not empty.
    mutating func takeNonce() throws(Malformed) -> [UInt8] {
        let nonce = try take("r")
        guard !nonce.isEmpty, nonce.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .expected("r") }
        return nonce
    }

    mutating func takeBase64(_ name: Character) throws(Malformed) -> [UInt8] {
        guard let bytes = Base64.decode(try take(name)) else { throw .expected(name) }
        return bytes
    }
}

/// `AuthMessage` of RFC 5802 §3 and what is computed over it, the same on both sides.
struct SCRAMExchange: Equatable, Sendable {
    let clientFirstBare: [UInt8]
    let serverFirst: [UInt8]
    let clientFinalWithoutProof: [UInt8]

    private var authMessage: [UInt8] {
        let comma = [UInt8(ascii: ",")]
        return clientFirstBare + comma + serverFirst + comma + clientFinalWithoutProof
    }

    func clientSignature(storedKey: [UInt8], hashing: some SCRAMHashing) -> [UInt8] {
        hashing.hmacSHA256(key: storedKey, authMessage)
    }

    func serverSignature(serverKey: [UInt8], hashing: some SCRAMHashing) -> [UInt8] {
        hashing.hmacSHA256(key: serverKey, authMessage)
    }

    static func xor(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        zip(left, right).map { $0 ^ $1 }
    }
}
