import Archive
import TestKit
import Testing

@Suite struct GunzipTests {
    private func unpack(_ pieces: [[UInt8]]) throws -> [UInt8] {
        var gunzip = try Gunzip()
        var output: [UInt8] = []
        for piece in pieces {
            gunzip.push(piece)
            while let bytes = try gunzip.next() { output += bytes }
        }
        try gunzip.finish()
        return output
    }

    private static let text = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 7 &* 31) }

    @Test func `what was packed comes out however it is cut`() throws {
        let packed = Gzip.pack(Self.text)
        for step in [1, 3, 1000, packed.count] {
            let pieces = stride(from: 0, to: packed.count, by: step).map {
                Array(packed[$0..<min($0 + step, packed.count)])
            }
            #expect(try unpack(pieces) == Self.text)
        }
        #expect(try unpack([Gzip.pack([])]) == [])
    }

    @Test func `members follow each other`() throws {
        let two = Gzip.pack([1, 2]) + Gzip.pack([3])
        #expect(try unpack([two]) == [1, 2, 3])
        #expect(try unpack(two.map { [$0] }) == [1, 2, 3])
    }

    @Test func `every truncation is noticed`() throws {
        let packed = Gzip.pack(Array(Self.text[..<5000]))
        for count in 0..<packed.count {
            #expect(throws: Gunzip.Failure.truncated) { _ = try unpack([Array(packed[..<count])]) }
        }
    }

    @Test func `damage is noticed`() throws {
        let packed = Gzip.pack(Array(Self.text[..<5000]))
        for position in [0, 1, packed.count - 1, packed.count - 5, packed.count / 2] {
            var damaged = packed
            damaged[position] ^= 0x55
            #expect(throws: Gunzip.Failure.self) { _ = try unpack([damaged]) }
        }
        #expect(throws: Gunzip.Failure.self) { _ = try unpack([packed + [9, 9, 9]]) }
        #expect(throws: Gunzip.Failure.self) { _ = try unpack([Self.text]) }
    }

    @Test func `a bomb comes out in small pieces`() throws {
        let packed = Gzip.pack([UInt8](repeating: 0, count: 16 << 20))
        #expect(packed.count < 100_000)
        var gunzip = try Gunzip()
        gunzip.push(packed)
        var total = 0
        while let piece = try gunzip.next() {
            #expect(piece.count <= Gunzip.pieceLimit)
            total += piece.count
        }
        #expect(total == 16 << 20)
    }
}
