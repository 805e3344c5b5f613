package import Telemetry

/// The text of a key file: a line per key, `<id 0-255> <64 hexadecimal digits> [send|receive]`; `#` begins a comment.
///
/// A key without a third word is for receiving, unless it is the only one.
extension KeyRing {
    /// - Parameter path: only for the failure's text.
    package init(parsing text: [UInt8], path: String) throws(KeyRingFailure) {
        guard text.allSatisfy({ $0 < 0x80 && $0 != 0 }) else { throw KeyRingFailure(path: path, problem: .notText) }
        var entries: [Entry] = []
        for (index, line) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            do throws(Fault) {
                guard let entry = try Entry(line, number: index + 1) else { continue }
                try entry.check(against: entries)
                entries.append(entry)
            } catch {
                throw KeyRingFailure(path: path, line: index + 1, problem: error.problem)
            }
        }
        guard let first = entries.first else { throw KeyRingFailure(path: path, problem: .noKeys) }
        guard let sender = entries.first(where: \.sends) ?? (entries.count == 1 && !first.receives ? first : nil),
            let ring = KeyRing(entries.map(\.key), sendingID: sender.key.id)
        else { throw KeyRingFailure(path: path, problem: .noSender) }
        self = ring
    }

    /// What `init(parsing:path:)` reads as this ring. Whoever calls this writes keys.
    package var fileText: Secret<String> {
        let lines = keys.map { key in
            let digits = key.material.reveal().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            return "\(key.id) \(digits) \(key.id == sending.id ? "send" : "receive")\n"
        }
        return Secret(lines.joined())
    }
}

private struct Fault: Error {
    var problem: KeyRingFailure.Problem

    init(_ problem: KeyRingFailure.Problem) {
        self.problem = problem
    }
}

/// One line that holds a key.
private struct Entry {
    var key: GossipKey
    var number: Int
    var sends: Bool
    /// It is written that this key is for receiving only.
    var receives: Bool

    /// - Returns: `nil` for a line of blanks or comment.
    init?(_ line: ArraySlice<UInt8>, number: Int) throws(Fault) {
        let text = line.prefix { $0 != UInt8(ascii: "#") }
        let words = text.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
        if words.isEmpty { return nil }
        guard (2...3).contains(words.count) else { throw Fault(.wordCount(words.count)) }
        let id = try Self.id(words[0])
        guard let key = GossipKey(id: id, material: Secret(try Self.bytes(words[1]))) else {
            throw Fault(.keyLength(words[1].count))
        }
        let use = words.count == 3 ? String(decoding: words[2], as: UTF8.self) : ""
        guard ["", "send", "receive"].contains(use) else { throw Fault(.badUse) }
        (self.key, self.number, sends, receives) = (key, number, use == "send", use == "receive")
    }

    func check(against earlier: [Entry]) throws(Fault) {
        guard earlier.count < KeyRing.limit else { throw Fault(.tooManyKeys(limit: KeyRing.limit)) }
        for other in earlier {
            if other.key.id == key.id { throw Fault(.sameID(asLine: other.number)) }
            if other.key == GossipKey(id: other.key.id, material: key.material) {
                throw Fault(.sameKey(asLine: other.number))
            }
            if sends, other.sends { throw Fault(.secondSender(firstLine: other.number)) }
        }
    }

    private static func id(_ word: ArraySlice<UInt8>) throws(Fault) -> UInt8 {
        // Digits alone: `UInt8` would also take a sign.
        guard word.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let id = UInt8(String(decoding: word, as: UTF8.self))
        else { throw Fault(.badID) }
        return id
    }

    private static func bytes(_ word: ArraySlice<UInt8>) throws(Fault) -> [UInt8] {
        guard word.count == 2 * GossipKey.length else { throw Fault(.keyLength(word.count)) }
        let digits = word.compactMap { Character(UnicodeScalar($0)).hexDigitValue.map { UInt8($0) } }
        guard digits.count == word.count else { throw Fault(.notHexadecimal) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
