/// The protocols of ALPN (RFC 7301 §3.1), best first. On the wire each name follows its one-byte length.
final class ProtocolList: Sendable {
    let names: [[UInt8]]

    init(_ names: [String]) throws(TLSFailure) {
        self.names = names.map { Array($0.utf8) }
        guard self.names.allSatisfy({ (1...255).contains($0.count) }) else {
            throw TLSFailure(.unusable, "a protocol name has 1 to 255 bytes: \(names)")
        }
    }

    var wire: [UInt8] {
        names.flatMap { [UInt8(clamping: $0.count)] + $0 }
    }

    /// - Parameter offer: a client's list in wire form; a malformed rest is ignored.
    /// - Returns: where, in `offer`, the name stands that we like best.
    func choose(from offer: [UInt8]) -> Range<Int>? {
        var best: (rank: Int, range: Range<Int>)?
        var start = 0
        while start < offer.count {
            let range = (start + 1)..<(start + 1 + Int(offer[start]))
            guard range.upperBound <= offer.count else { break }
            if let rank = names.firstIndex(where: { $0.elementsEqual(offer[range]) }), rank < best?.rank ?? .max {
                best = (rank, range)
            }
            start = range.upperBound
        }
        return best?.range
    }
}
