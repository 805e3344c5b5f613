import NIOCore
import PostgresWire
import Testing

struct PasswordTests {
    private func read(_ body: [UInt8]) throws(PasswordMessage.Malformed) -> [UInt8] {
        try PasswordMessage(decoding: ByteBuffer(bytes: body)).bytes
    }

    @Test func `a password is bytes and one NUL`() throws {
        #expect(try read(Array("a;b\0".utf8)) == Array("a;b".utf8))
        #expect(try read([0]) == [])
        #expect(try read([0xFF, 0]) == [0xFF])
        #expect(throws: PasswordMessage.Malformed.terminatorMissing) { try read([]) }
        #expect(throws: PasswordMessage.Malformed.terminatorMissing) { try read(Array("abc".utf8)) }
        #expect(throws: PasswordMessage.Malformed.bytesBehindTerminator(2)) { try read(Array("a\0b\0".utf8)) }
        var buffer = ByteBuffer()
        PasswordMessage(Array("x".utf8)).encode(into: &buffer)
        #expect(Array(buffer.readableBytesView) == [0x70, 0, 0, 0, 6, 0x78, 0])
        #expect("\(PasswordMessage([1]))" == "<secret>")
    }

    @Test(arguments: [
        ("endpoint=demo;pencil", "demo", "pencil"), ("project=demo;pencil", "demo", "pencil"),
        ("endpoint=demo$pencil", "demo", "pencil"), ("endpoint=demo$a;b", "demo", "a;b"),
        ("endpoint=demo;a$b", "demo", "a$b"), ("project=demo$;", "demo", ";"), ("endpoint=demo;", "demo", ""),
        ("endpoint=de mo;x", "de mo", "x"), ("endpoint=demo;endpoint=other;x", "demo", "endpoint=other;x"),
    ]) func `the first separator ends the endpoint's name`(text: String, endpoint: String, password: String) throws {
        let named = try #require(NamedPassword(Array(text.utf8)))
        #expect(named.endpoint == endpoint)
        #expect(named.password == Array(password.utf8))
        #expect("\(named)" == "<secret>")
    }

    @Test(arguments: [
        "", "pencil", "endpoint=", "endpoint=;", "endpoint=$x", "project=;x", "endpoint=demo", "Endpoint=demo;x",
        " endpoint=demo;x", "options=endpoint=demo;x", "endpoint", "demo;x",
    ]) func `anything else names none`(text: String) {
        #expect(NamedPassword(Array(text.utf8)) == nil)
    }

    @Test func `a name that is no text names none, and a password may be any bytes`() {
        #expect(NamedPassword(Array("endpoint=".utf8) + [0xFF] + Array(";x".utf8)) == nil)
        #expect(NamedPassword(Array("endpoint=a;".utf8) + [0xFF, 0xFE])?.password == [0xFF, 0xFE])
    }

    @Test func `a verifier knows its password, and a made-up one knows none`() {
        let hashing = LibcryptoHashing()
        let password = Array("pencil".utf8)
        let verifier = SCRAMVerifier.make(password: password, salt: Array(1...16), hashing: hashing)
        let keys = verifier.keys(of: password, isGenuine: true, hashing: hashing)
        #expect(keys?.serverKey == verifier.serverKey)
        #expect(keys.map { hashing.sha256($0.clientKey) } == verifier.storedKey)
        #expect(verifier.keys(of: Array("pen".utf8), isGenuine: true, hashing: hashing) == nil)
        #expect(verifier.keys(of: [], isGenuine: true, hashing: hashing) == nil)
        #expect(verifier.keys(of: password, isGenuine: false, hashing: hashing) == nil)
    }

    /// RFC 4013 §3, and what PostgreSQL makes of it: what is not allowed is taken as it is.
    @Test(arguments: [
        ("I\u{AD}X", "IX"), ("user", "user"), ("USER", "USER"), ("\u{AA}", "a"), ("\u{2168}", "IX"), ("\u{7}", "\u{7}"),
        ("\u{627}\u{31}", "\u{627}\u{31}"), ("\u{627}\u{31}\u{628}", "\u{627}\u{31}\u{628}"), ("a\u{A0}b", "a b"),
        ("a\u{200B}b", "a b"), ("a\u{3000}\u{2003}b", "a  b"), ("\u{AD}\u{200D}", "\u{AD}\u{200D}"), ("", ""),
        ("e\u{301}", "\u{E9}"), ("\u{212B}", "\u{C5}"), ("ﬁ", "fi"), ("\u{1100}\u{1161}", "\u{AC00}"),
        ("\u{221}\u{2168}", "\u{221}\u{2168}"), ("\u{E000}\u{2168}", "\u{E000}\u{2168}"),
        ("\u{5D0}a\u{5D0}\u{2168}", "\u{5D0}a\u{5D0}\u{2168}"), ("\u{5D0}1\u{5D0}\u{AD}", "\u{5D0}1\u{5D0}"),
        ("\u{85}\u{2168}", "\u{85}\u{2168}"), ("x\u{FEFF}\u{E9}", "x\u{E9}"),
        ("\u{1F600}\u{2168}", "\u{1F600}\u{2168}"), ("\u{1100}\u{1161}\u{11A8}", "\u{AC01}"), ("\u{FF5E}\u{B3}", "~3"),
        ("\u{1100}\u{1176}\u{11A8}", "\u{1100}\u{1176}\u{11A8}"), ("\u{17F}\u{323}\u{307}", "\u{1E69}"),
        ("a\u{385}\u{327}", "a \u{327}\u{308}\u{301}"), ("a\u{3099}\u{327}\u{301}", "\u{E1}\u{3099}\u{327}"),
    ]) func `passwords are prepared as PostgreSQL does it`(password: String, prepared: String) {
        #expect(SASLprep.prepare(Array(password.utf8)) == Array(prepared.utf8))
    }

    @Test func `what is no UTF-8 stays as it is`() {
        for bytes in [[0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xE9, 0xAA]] as [[UInt8]] {
            #expect(SASLprep.prepare(bytes) == bytes)
        }
    }
}
