import Archive
import TestKit
import Testing

@Suite struct TarReaderTests {
    private static let content = (0..<1300).map { UInt8(truncatingIfNeeded: $0) }
    private static let sample =
        TarBlock.header("./", type: "5") + TarBlock.header("base/1/", type: "5")
        + TarBlock.file("base/1/PG_VERSION", Array("15\n".utf8)) + TarBlock.file("empty", [])
        + TarBlock.file("base/big", content) + TarBlock.end

    /// Files by their paths, directories with `nil`.
    private func unpack(
        _ pieces: [[UInt8]], limits: TarReader.Limits = .init()
    ) throws -> [(path: String, content: [UInt8]?)] {
        var reader = TarReader(limits: limits)
        var found: [(path: String, content: [UInt8]?)] = []
        for piece in pieces {
            for event in try reader.take(piece) {
                switch event {
                case .directory(let path): found.append((path.description, nil))
                case .fileBegan(let path, _): found.append((path.description, []))
                case .fileBytes(let bytes): found[found.count - 1].content? += bytes
                case .fileEnded: break
                }
            }
        }
        try reader.finish()
        return found
    }

    private func failure(of bytes: [UInt8], limits: TarReader.Limits = .init()) -> TarFailure? {
        do {
            _ = try unpack([bytes], limits: limits)
            return nil
        } catch {
            return error as? TarFailure
        }
    }

    @Test func `files and directories come out however the archive is cut`() throws {
        var dice = SeededDice(seed: 1)
        for step in [1, 7, 511, 512, 513, 100_000, 0] {
            var pieces: [[UInt8]] = []
            var rest = Self.sample[...]
            while !rest.isEmpty {
                let count = step == 0 ? Int.random(in: 1...700, using: &dice) : step
                pieces.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            let found = try unpack(pieces)
            #expect(found.map(\.path) == [".", "base/1", "base/1/PG_VERSION", "empty", "base/big"])
            #expect(found.map(\.content) == [nil, nil, Array("15\n".utf8), [], Self.content])
        }
    }

    @Test func `every truncation is noticed`() throws {
        let blocks = stride(from: 0, to: Self.sample.count, by: 512).flatMap { [$0 - 1, $0, $0 + 1, $0 + 100] }
        for count in blocks where (0..<Self.sample.count).contains(count) {
            #expect(failure(of: Array(Self.sample[..<count])) == .truncated, "cut after \(count) bytes")
        }
    }

    @Test func `entries behind zero blocks are read, and zero blocks at the end are not counted`() throws {
        let bytes = TarBlock.file("a", [1]) + TarBlock.end + TarBlock.file("b", [2]) + TarBlock.end
        #expect(try unpack([bytes + TarBlock.end]).map(\.path) == ["a", "b"])
    }

    @Test(arguments: [
        "/etc/passwd", "../x", "a/../../x", "a//b", "..", "a\nb", "a b", "tab\there", "ü", "a\\b",
        "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17",
    ])
    func `a path that leads elsewhere is refused`(path: String) {
        guard case .badPath = failure(of: TarBlock.file(path, [1]) + TarBlock.end) else {
            Issue.record("\(path) was taken")
            return
        }
        guard case .badPath = failure(of: TarBlock.header(path, type: "5") + TarBlock.end) else {
            Issue.record("\(path) was taken as a directory")
            return
        }
    }

    @Test func `a file has a name`() {
        #expect(failure(of: TarBlock.file("./", [1]) + TarBlock.end) == .badPath("./"))
        #expect(failure(of: TarBlock.file("a/", [1]) + TarBlock.end) == .badPath("a/"))
        #expect(failure(of: TarBlock.header("") + TarBlock.end) == .badPath(""))
    }

    @Test func `a prefix is part of the path, and cannot smuggle`() throws {
        let good = TarBlock.header("c", prefix: "a/b") + TarBlock.end
        #expect(try unpack([good]).map(\.path) == ["a/b/c"])
        let bad = TarBlock.header("c", prefix: "..") + TarBlock.end
        #expect(failure(of: bad) == .badPath("../c"))
        // GNU's format has times there.
        let gnu = TarBlock.header("c", prefix: "1", magic: "ustar  ") + TarBlock.end
        #expect(try unpack([gnu]).map(\.path) == ["c"])
    }

    @Test func `links, devices and extension headers are refused`() {
        #expect(failure(of: TarBlock.header("l", type: "1") + TarBlock.end) == .link("l"))
        #expect(failure(of: TarBlock.header("l", type: "2") + TarBlock.end) == .link("l"))
        for type in "3467xgLKS" {
            #expect(
                failure(of: TarBlock.header("l", type: type) + TarBlock.end)
                    == .unsupportedType(type.asciiValue ?? 0))
        }
    }

    @Test func `sizes and sums are checked`() {
        var damaged = Self.sample
        damaged[513] ^= 1
        #expect(failure(of: damaged) == .badChecksum)
        for size in ["0000000000x", "-0000000001", "           "] {
            #expect(failure(of: TarBlock.header("a", size: size) + TarBlock.end) == .badSize)
        }
        #expect(failure(of: TarBlock.header("a", size: "00000000001", type: "5") + TarBlock.end) == .badSize)
        #expect(
            failure(of: TarBlock.header("a", size: "77777777777") + TarBlock.end)
                == .fileTooLarge("a", size: 8_589_934_591, limit: 1 << 30))
        var binary = TarBlock.header("a")
        binary.replaceSubrange(124..<136, with: [0x80] + [UInt8](repeating: 0xFF, count: 11))
        binary.replaceSubrange(148..<156, with: Array("        ".utf8))
        let digits = String(binary.reduce(0) { $0 + Int($1) }, radix: 8)
        binary.replaceSubrange(148..<156, with: Array(("0000000" + digits).utf8.suffix(7)) + [0])
        #expect(failure(of: binary + TarBlock.end) == .badSize)
    }

    @Test func `limits hold`() {
        var limits = TarReader.Limits()
        limits.entries = 4
        #expect(failure(of: Self.sample, limits: limits) == .tooManyEntries(limit: 4))
        limits.entries = 5
        limits.totalSize = Self.sample.count
        #expect(failure(of: Self.sample, limits: limits) == nil)
        limits.totalSize -= 1
        #expect(failure(of: Self.sample, limits: limits) == .tooLarge(limit: limits.totalSize))
        limits.totalSize += 1
        limits.fileSize = 1299
        #expect(failure(of: Self.sample, limits: limits) == .fileTooLarge("base/big", size: 1300, limit: 1299))
    }

    @Test func `noise never crashes it`() {
        var dice = SeededDice(seed: 7)
        for _ in 0..<300 {
            var bytes = Self.sample
            for _ in 0..<Int.random(in: 1...8, using: &dice) {
                bytes[Int.random(in: 0..<bytes.count, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
            }
            _ = failure(of: bytes)
        }
    }
}
