import Gossip
import Testing

struct KeyedHashTests {
    private let hash = KeyedHash(key: Array(0..<16))

    /// Aumasson and Bernstein, appendix A, and the reference implementation's vectors for lengths 0 and 8.
    @Test func `the vectors of the paper`() {
        #expect(hash.hash(Array(0..<15)) == 0xa129_ca61_49be_45e5)
        #expect(hash.hash([]) == 0x726f_db47_dd0e_0e31)
        #expect(hash.hash(Array(0..<8)) == 0x93f5_f579_9a93_2462)
    }

    @Test func `words hash as their bytes do`() {
        let bytes: (UInt64) -> [UInt8] = { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) } }
        #expect(hash.hash(1, 2) == hash.hash(bytes(1) + bytes(2)))
        #expect(hash.hash(1, 2, 3, .max) == hash.hash(bytes(1) + bytes(2) + bytes(3) + bytes(.max)))
    }

    @Test func `a slice hashes as the array it was cut from`() {
        let bytes: [UInt8] = Array(0..<100)
        #expect(hash.hash(bytes[13..<57]) == hash.hash(Array(bytes[13..<57])))
    }

    @Test func `another key gives another hash`() {
        #expect(KeyedHash(key: []).hash([1]) != hash.hash([1]))
    }
}
