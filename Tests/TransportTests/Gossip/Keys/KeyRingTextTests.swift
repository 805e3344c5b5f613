import Telemetry
import Testing

@testable import Transport

struct KeyRingTextTests {
    private static let a = String(repeating: "aA", count: 32)
    private static let b = String(repeating: "0b", count: 32)

    @Test func `a lone key sends`() throws {
        let ring = try parse("7 \(Self.a)")
        #expect(ring == KeyRing(Sealing.key(7, 0xaa)))
        #expect(ring.sending.id == 7)
    }

    @Test func `comments, blanks, carriage returns and empty lines`() throws {
        let ring = try parse("# keys\r\n\r\n  200\t\(Self.a)   send  # new\r\n1 \(Self.b) receive\n3 \(key(3))#\n\n")
        #expect(ring.ids == [1, 3, 200])
        #expect(ring.sending.id == 200)
        #expect(ring.key(1) == Sealing.key(1, 0x0b))
        #expect(ring.key(2) == nil)
    }

    @Test(
        arguments: [
            ("", nil, .noKeys),
            ("# nothing\n", nil, .noKeys),
            ("1 \(a) receive", nil, .noSender),
            ("1 \(a)\n2 \(b)", nil, .noSender),
            ("\n1", 2, .wordCount(1)),
            ("1 \(a) send now", 1, .wordCount(4)),
            ("256 \(a)", 1, .badID),
            ("+1 \(a)", 1, .badID),
            ("-1 \(a)", 1, .badID),
            ("x \(a)", 1, .badID),
            ("1 \(a)0", 1, .keyLength(65)),
            ("1 abc", 1, .keyLength(3)),
            ("1 \(String(a.dropLast()))g", 1, .notHexadecimal),
            ("1 \(a) Send", 1, .badUse),
            ("1 \(a) send\n1 \(b)", 2, .sameID(asLine: 1)),
            ("1 \(a) send\n#\n2 \(a.lowercased())", 3, .sameKey(asLine: 1)),
            ("1 \(a) send\n2 \(b) send", 2, .secondSender(firstLine: 1)),
            ("1 \(a)\u{e9}", nil, .notText),
            ("1 \(a)\u{0}", nil, .notText),
        ] as [(String, Int?, KeyRingFailure.Problem)])
    func `a fault is named with file and line`(text: String, line: Int?, problem: KeyRingFailure.Problem) throws {
        let failure = try #require(throws: KeyRingFailure.self) { try parse(text) }
        #expect(failure == KeyRingFailure(path: "/keys", line: line, problem: problem))
        #expect(failure.description.hasPrefix(line.map { "/keys:\($0): " } ?? "/keys: "))
        #expect(!failure.description.lowercased().contains("aaaa"))
    }

    @Test func `at most sixteen keys`() throws {
        let lines = (1...17).map { "\($0) \(key($0)) \($0 == 1 ? "send" : "receive")\n" }
        #expect(try parse(lines.prefix(16).joined()).keys.count == 16)
        let failure = try #require(throws: KeyRingFailure.self) { try parse(lines.joined()) }
        #expect(failure.problem == .tooManyKeys(limit: 16))
        #expect(failure.line == 17)
    }

    @Test func `a ring is written as it is read`() throws {
        let ring = Sealing.ring([.random(id: 0), .random(id: 255)], sending: 255)
        #expect(try parse(ring.fileText.reveal()) == ring)
        #expect(KeyRing(.random(id: 1)) != KeyRing(.random(id: 1)))
    }

    @Test func `no way of printing shows a key`() {
        let ring = KeyRing(Sealing.key(1, 0xaa))
        var dumped = ""
        dump(ring, to: &dumped)
        for text in ["\(ring)", String(reflecting: ring), dumped, "\(ring.fileText)"] {
            #expect(!text.contains("aaaa") && !text.contains("170"))
        }
    }

    @Test func `a ring has one sending key, and each id once`() {
        #expect(KeyRing([], sendingID: 1) == nil)
        #expect(KeyRing([Sealing.key(1, 1)], sendingID: 2) == nil)
        #expect(KeyRing([Sealing.key(1, 1), Sealing.key(1, 2)], sendingID: 1) == nil)
        #expect(GossipKey(id: 1, material: Secret([1, 2, 3])) == nil)
    }

    private func parse(_ text: String) throws -> KeyRing {
        try KeyRing(parsing: Array(text.utf8), path: "/keys")
    }

    private func key(_ number: Int) -> String {
        String(repeating: number < 16 ? "0" + String(number, radix: 16) : String(number, radix: 16), count: 32)
    }
}
