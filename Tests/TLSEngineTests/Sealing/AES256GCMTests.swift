import TLSEngine
import Testing

struct AES256GCMTests {
    /// McGrew and Viega, “The Galois/Counter Mode of Operation”, appendix B (submitted to NIST), cases 13 to 16.
    struct Vector {
        var key: String
        var nonce: AES256GCM.Nonce
        var plaintext = ""
        var data = ""
        var sealed: String
    }

    private static let zeroKey = String(repeating: "00", count: 32)
    private static let key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
    private static let nonce = AES256GCM.Nonce(fixed: 0xcafe_babe, counter: 0xface_dbad_deca_f888)
    private static let plaintext = """
        d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
        1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255
        """
    private static let ciphertext = """
        522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa
        8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad
        """

    static let vectors = [
        Vector(key: zeroKey, nonce: .init(counter: 0), sealed: "530f8afbc74536b9a963b4f1c4cb738b"),
        Vector(
            key: zeroKey, nonce: .init(counter: 0), plaintext: "00000000000000000000000000000000",
            sealed: "cea7403d4d606b6e074ec5d3baf39d18 d0d1c8a799996bf0265b98b5d48ab919"),
        Vector(
            key: key, nonce: nonce, plaintext: plaintext, sealed: ciphertext + "b094dac5d93471bdec1a502270e3cc6c"),
        Vector(
            key: key, nonce: nonce, plaintext: String(plaintext.dropLast(8)),
            data: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            sealed: ciphertext.dropLast(8) + "76fc6ece0f4e1768cddf8853bb2d551b"),
    ]

    @Test(arguments: 0..<4) func `published vectors, both ways`(index: Int) throws {
        let vector = Self.vectors[index]
        let (plaintext, data) = (hex(vector.plaintext), hex(vector.data))
        let sealer = try AES256GCM.Sealer(key: hex(vector.key))
        let opener = try AES256GCM.Opener(key: hex(vector.key))
        for _ in 0..<2 {  // The second round finds a used context.
            var sealed: [UInt8] = [7]
            try sealer.seal(
                plaintext.span.bytes, nonce: vector.nonce, authenticating: data.span.bytes, into: &sealed)
            #expect(sealed.first == 7)
            sealed.removeFirst()
            #expect(sealed == hex(vector.sealed))
            #expect(
                opener.open(sealed.span.bytes, nonce: vector.nonce, authenticating: data.span.bytes) == plaintext)
        }
    }

    @Test func `a change of any byte is noticed, and the opener goes on working`() throws {
        let plaintext = Array(0..<48 as Range<UInt8>)
        let data = Array(100..<126 as Range<UInt8>)
        let nonce = AES256GCM.Nonce(counter: 5)
        let (sealer, opener) = try (AES256GCM.Sealer(key: hex(Self.key)), AES256GCM.Opener(key: hex(Self.key)))
        var sealed: [UInt8] = []
        try sealer.seal(plaintext.span.bytes, nonce: nonce, authenticating: data.span.bytes, into: &sealed)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1 << (index % 8)
            #expect(opener.open(changed.span.bytes, nonce: nonce, authenticating: data.span.bytes) == nil)
        }
        for index in data.indices {
            var changed = data
            changed[index] ^= 0x80
            #expect(opener.open(sealed.span.bytes, nonce: nonce, authenticating: changed.span.bytes) == nil)
        }
        for other in [AES256GCM.Nonce(counter: 4), AES256GCM.Nonce(fixed: 1, counter: 5)] {
            #expect(opener.open(sealed.span.bytes, nonce: other, authenticating: data.span.bytes) == nil)
        }
        for count in 0..<sealed.count {
            let cut = Array(sealed.prefix(count))
            #expect(opener.open(cut.span.bytes, nonce: nonce, authenticating: data.span.bytes) == nil)
        }
        #expect(opener.open(sealed.span.bytes, nonce: nonce, authenticating: data.span.bytes) == plaintext)
    }

    @Test func `another key opens nothing until it is changed back`() throws {
        let (first, second) = ([UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 32))
        let (sealer, opener) = try (AES256GCM.Sealer(key: first), AES256GCM.Opener(key: second))
        let (message, nonce) = ([UInt8](1...9), AES256GCM.Nonce(counter: 1))
        var sealed: [UInt8] = []
        let nothing: [UInt8] = []
        try sealer.seal(message.span.bytes, nonce: nonce, authenticating: nothing.span.bytes, into: &sealed)
        #expect(opener.open(sealed.span.bytes, nonce: nonce, authenticating: nothing.span.bytes) == nil)
        try opener.setKey(first)
        #expect(opener.open(sealed.span.bytes, nonce: nonce, authenticating: nothing.span.bytes) == message)
    }

    @Test(arguments: [0, 16, 31, 33]) func `a key has 32 bytes`(count: Int) throws {
        let key = [UInt8](repeating: 1, count: count)
        #expect(throws: TLSFailure.self) { try AES256GCM.Sealer(key: key) }
        #expect(throws: TLSFailure.self) { try AES256GCM.Opener(key: key) }
    }
}
