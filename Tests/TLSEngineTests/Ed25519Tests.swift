import TLSEngine
import Testing

/// The examples of RFC 8032 §7.1.
@Suite struct Ed25519Tests {
    private static let examples: [(key: String, message: String, signature: String)] = [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ]

    @Test func `the signatures of the standard are signatures`() throws {
        for example in Self.examples {
            let key = try #require(Ed25519PublicKey(Self.bytes(example.key)))
            let (message, signature) = (Self.bytes(example.message), Self.bytes(example.signature))
            #expect(key.isSignature(signature, of: message))
            #expect(!key.isSignature(signature, of: message + [0]))
            for index in [0, 31, 32, 63] {
                var forged = signature
                forged[index] ^= 1
                #expect(!key.isSignature(forged, of: message))
            }
            #expect(!key.isSignature(Array(signature.dropLast()), of: message))
            #expect(!key.isSignature([], of: message))
        }
    }

    @Test func `another's key, and one that is none, prove nothing`() throws {
        let other = try #require(Ed25519PublicKey(Self.bytes(Self.examples[1].key)))
        #expect(!other.isSignature(Self.bytes(Self.examples[0].signature), of: []))
        #expect(Ed25519PublicKey([1, 2, 3]) == nil)
        let noPoint = try #require(Ed25519PublicKey([UInt8](repeating: 0xFF, count: 32)))
        #expect(!noPoint.isSignature(Self.bytes(Self.examples[0].signature), of: []))
    }

    private static func bytes(_ hex: String) -> [UInt8] {
        var rest = hex[...]
        var bytes: [UInt8] = []
        while !rest.isEmpty {
            bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}
