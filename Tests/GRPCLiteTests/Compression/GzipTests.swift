import Testing

@testable import GRPCLite

@Suite struct GzipTests {
    /// Bytes that do not repeat, by a fixed rule.
    private func noise(_ count: Int) -> [UInt8] {
        var state: UInt32 = 1
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(truncatingIfNeeded: state >> 24)
        }
    }

    @Test(arguments: [0, 1, 1023, 65_536, 1_000_000])
    func `what is compressed comes back`(count: Int) throws {
        for message in [noise(count), Array(repeating: 7, count: count)] {
            let compressed = try #require(Gzip.shared.compress(message))
            #expect(compressed.prefix(2) == [0x1F, 0x8B])
            #expect(try Gzip.shared.decompress(compressed, limit: count) == message)
        }
    }

    @Test func `a bomb is not unpacked beyond the limit`() throws {
        let bomb = try #require(Gzip.shared.compress(Array(repeating: 0, count: 50_000_000)))
        #expect(bomb.count < 100_000)
        #expect(throws: Gzip.Failure.tooLong(limit: 4096)) { _ = try Gzip.shared.decompress(bomb, limit: 4096) }
    }

    @Test func `what is not one whole gzip is refused`() throws {
        let whole = try #require(Gzip.shared.compress(noise(5000)))
        var broken = whole
        broken[whole.count / 2] ^= 0xFF
        for bytes in [[], [1, 2, 3], Array(whole.dropLast()), whole + [0], whole + whole, broken] {
            #expect(throws: Gzip.Failure.malformed) { _ = try Gzip.shared.decompress(bytes, limit: 100_000) }
        }
        // The state that met those is as good as new.
        #expect(try Gzip.shared.decompress(whole, limit: 5000) == noise(5000))
    }

    @Test func `compressing that does not pay is not done`() {
        #expect(MessageEncoding.gzip.compressed(Array(repeating: 0, count: 1023)) == nil)
        #expect(MessageEncoding.gzip.compressed(noise(5000)) == nil)
        #expect(MessageEncoding.identity.compressed(Array(repeating: 0, count: 5000)) == nil)
        #expect((MessageEncoding.gzip.compressed(Array(repeating: 0, count: 5000))?.count ?? .max) < 100)
    }

    @Test(arguments: [
        ("gzip", true), ("identity,gzip", true), ("identity, deflate, gzip", true), ("identity", false), ("", false),
        ("gzip2", false),
    ])
    func `gzip is sent to those alone who list it`(header: String, isAccepted: Bool) {
        #expect(MessageEncoding.gzip.isAccepted(by: header) == isAccepted)
        #expect(MessageEncoding.identity.isAccepted(by: header))
    }

    @Test func `who lists nothing gets nothing compressed`() {
        #expect(!MessageEncoding.gzip.isAccepted(by: nil))
    }
}
