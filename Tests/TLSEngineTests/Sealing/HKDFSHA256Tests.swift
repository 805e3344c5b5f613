import TLSEngine
import Testing

/// RFC 5869, appendix A.
struct HKDFSHA256Tests {
    private let key = [UInt8](repeating: 0x0b, count: 22)

    @Test func `A_1, the basic case`() {
        let derivation = HKDFSHA256(key: key, salt: hex("000102030405060708090a0b0c"))
        #expect(
            derivation.expand(info: hex("f0f1f2f3f4f5f6f7f8f9"), length: 42)
                == hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"))
    }

    @Test func `A_2, long inputs and outputs`() {
        let derivation = HKDFSHA256(key: Array(0x00...0x4f), salt: Array(0x60...0xaf))
        let expected = hex(
            """
            b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09
            da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87
            """)
        #expect(derivation.expand(info: Array(0xb0...0xff), length: 82) == expected)
    }

    @Test func `A_3, neither salt nor info`() {
        let derivation = HKDFSHA256(key: key, salt: [])
        #expect(
            derivation.expand(info: [], length: 42)
                == hex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"))
    }

    @Test func `lengths out of range are cut`() {
        let derivation = HKDFSHA256(key: key, salt: [])
        #expect(derivation.expand(info: [], length: .max).count == HKDFSHA256.lengthLimit)
        #expect(derivation.expand(info: [], length: .min).isEmpty)
    }

    @Test func `no way of printing shows the key`() {
        let derivation = HKDFSHA256(key: key, salt: [])
        var dumped = ""
        dump(derivation, to: &dumped)
        for text in ["\(derivation)", String(reflecting: derivation), dumped] { #expect(text.contains("<secret>")) }
    }
}
