import TLSEngine
import Testing

struct DigestsTests {
    @Test func `SHA-256 of abc (FIPS 180-4)`() {
        #expect(
            hex(Digests.sha256(Array("abc".utf8))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
        #expect(hex(Digests.sha256([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func `HMAC-SHA-256 (RFC 4231, case 2), and with an empty key`() {
        let answer = Digests.hmacSHA256(key: Array("Jefe".utf8), Array("what do ya want for nothing?".utf8))
        #expect(hex(answer) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            hex(Digests.hmacSHA256(key: [], [])) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test func `PBKDF2 with HMAC-SHA-256 (RFC 7914, section 11)`() {
        let key = Digests.pbkdf2SHA256(password: Array("passwd".utf8), salt: Array("salt".utf8), iterations: 1)
        #expect(hex(key) == "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc")
        _ = Digests.pbkdf2SHA256(password: [], salt: [], iterations: 1)
    }

    @Test func `random bytes differ and have the length asked for`() {
        #expect(Digests.randomBytes(0).isEmpty)
        #expect(Digests.randomBytes(18).count == 18)
        #expect(Digests.randomBytes(16) != Digests.randomBytes(16))
    }

    @Test func `comparison in constant time`() {
        #expect(Digests.equalInConstantTime([1, 2], [1, 2]))
        #expect(!Digests.equalInConstantTime([1, 2], [1, 3]))
        #expect(!Digests.equalInConstantTime([1, 2], [1]))
        #expect(Digests.equalInConstantTime([], []))
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
