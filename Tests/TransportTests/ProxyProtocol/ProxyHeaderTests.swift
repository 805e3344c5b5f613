import NIOCore
import TestKit
import Testing

@testable import Transport

/// Bytes as other people's balancers send them.
@Suite struct ProxyHeaderTests {
    private static let source = endpoint("192.0.2.7", 50_000)
    private static let destination = endpoint("198.51.100.9", 5432)
    private static let client = ProxyHeader.Speaker.client(source: source, destination: destination)
    private static let addresses: [UInt8] = [192, 0, 2, 7, 198, 51, 100, 9, 0xC3, 0x50, 0x15, 0x38]

    private static func endpoint(_ text: String, _ port: UInt16) -> ProxyHeader.Endpoint {
        ProxyHeader.Endpoint(address: IPAddress(text) ?? IPAddress(family: .v4, number: 0), port: port)
    }

    private func parse(_ bytes: [UInt8]) -> ProxyHeader.Outcome { ProxyHeader.parse(ByteBuffer(bytes: bytes)) }

    private static func v2(_ command: UInt8, _ family: UInt8, _ body: [UInt8]) -> [UInt8] {
        ProxyHeader.V2.signature + [command, family, UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
    }

    // MARK: Version 1

    @Test func aLine() {
        let line = Array("PROXY TCP4 192.0.2.7 198.51.100.9 50000 5432\r\n".utf8)
        #expect(parse(line + [0, 0, 0, 8]) == .header(ProxyHeader(Self.client), consumed: line.count))
    }

    @Test func aLineOfIPv6() {
        let line = Array("PROXY TCP6 2001:db8::1 ::1 1 65535\r\n".utf8)
        let speaker = ProxyHeader.Speaker.client(
            source: Self.endpoint("2001:db8::1", 1), destination: Self.endpoint("::1", 65_535))
        #expect(parse(line) == .header(ProxyHeader(speaker), consumed: line.count))
    }

    @Test func anIPv4AddressInsideAnIPv6OneIsThatAddress() {
        let line = Array("PROXY TCP6 ::ffff:192.0.2.7 ::ffff:198.51.100.9 50000 5432\r\n".utf8)
        #expect(parse(line) == .header(ProxyHeader(Self.client), consumed: line.count))
    }

    @Test(arguments: ["PROXY UNKNOWN\r\n", "PROXY UNKNOWN whatever stands here\r\n"])
    func anUnknownClient(_ text: String) {
        #expect(parse(Array(text.utf8)) == .header(ProxyHeader(.unknown), consumed: text.utf8.count))
    }

    @Test func theLongestLine() {
        let text = "PROXY UNKNOWN " + String(repeating: "x", count: 91) + "\r\n"
        #expect(text.utf8.count == ProxyHeader.Limit.line)
        #expect(parse(Array(text.utf8)) == .header(ProxyHeader(.unknown), consumed: 107))
        let longer = Array(text.utf8.dropLast(2)) + Array("x\r\n".utf8)
        #expect(parse(longer) == .malformed(.line))
        #expect(parse(Array(longer.prefix(107))) == .malformed(.line))
        #expect(parse(Array(longer.prefix(106))) == .needMore)
    }

    @Test(arguments: [
        "PROXY TCP4 192.0.2.7 198.51.100.9 50000 5432\n", "PROXY TCP4 192.0.2.7 198.51.100.9 50000\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.9 50000 5432 \r\n", "PROXY  TCP4 192.0.2.7 198.51.100.9 50000 5432\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.9 050000 5432\r\n", "PROXY TCP4 192.0.2.7 198.51.100.9 65536 5432\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.9 +1 5432\r\n", "PROXY TCP4 2001:db8::1 ::1 1 2\r\n",
        "PROXY TCP6 192.0.2.7 198.51.100.9 1 2\r\n", "PROXY TCP4 localhost 198.51.100.9 1 2\r\n",
        "PROXY UDP4 192.0.2.7 198.51.100.9 50000 5432\r\n", "PROXY tcp4 192.0.2.7 198.51.100.9 1 2\r\n", "PROXY \r\n",
        "PROXY UNKNOWNX\r\n",
    ]) func aLineThatIsNone(_ text: String) {
        #expect(parse(Array(text.utf8)) == .malformed(.line))
    }

    // MARK: Version 2

    @Test(arguments: [UInt8(0x11), 0x12]) func ipv4(_ family: UInt8) {
        let bytes = Self.v2(0x21, family, Self.addresses)
        #expect(parse(bytes + [1, 2, 3]) == .header(ProxyHeader(Self.client), consumed: 28))
    }

    @Test(arguments: [UInt8(0x21), 0x22]) func ipv6(_ family: UInt8) throws {
        let source = try #require(IPAddress("2001:db8::1"))
        let destination = try #require(IPAddress("2001:db8::2"))
        let bytes = Self.v2(0x21, family, source.bytes + destination.bytes + [0xC3, 0x50, 0x15, 0x38])
        let speaker = ProxyHeader.Speaker.client(
            source: .init(address: source, port: 50_000), destination: .init(address: destination, port: 5432))
        #expect(parse(bytes) == .header(ProxyHeader(speaker), consumed: 52))
    }

    @Test func localAndUnspecified() {
        #expect(parse(Self.v2(0x20, 0x00, [])) == .header(ProxyHeader(.balancer), consumed: 16))
        // Whatever a LOCAL header carries is thrown away, even what we could not read.
        #expect(parse(Self.v2(0x20, 0x99, [1, 2, 3])) == .header(ProxyHeader(.balancer), consumed: 19))
        #expect(parse(Self.v2(0x21, 0x00, [])) == .header(ProxyHeader(.unknown), consumed: 16))
        #expect(parse(Self.v2(0x21, 0x00, [0x04, 0, 0])) == .header(ProxyHeader(.unknown), consumed: 19))
    }

    private static let broken: [([UInt8], ProxyHeader.Malformed)] = [
        (v2(0x11, 0x11, addresses), .command(0x11)), (v2(0x22, 0x11, addresses), .command(0x22)),
        (v2(0x21, 0x31, addresses), .family(0x31)), (v2(0x21, 0x10, addresses), .family(0x10)),
        (v2(0x21, 0x01, addresses), .family(0x01)), (v2(0x21, 0x11, Array(addresses.dropLast())), .length(11)),
        (v2(0x21, 0x21, addresses), .length(12)), (v2(0x21, 0x11, []), .length(0)),
        (v2(0x21, 0x11, addresses + [0x04]), .extensions), (v2(0x21, 0x11, addresses + [0x04, 0]), .extensions),
        (v2(0x21, 0x11, addresses + [0x04, 0, 1]), .extensions),
        (v2(0x21, 0x11, addresses + [0x04, 0xFF, 0xFF, 1]), .extensions),
        (v2(0x21, 0x11, addresses + [0x03, 0, 3, 1, 2, 3]), .checksum),
        (v2(0x21, 0x11, addresses + [0xEA, 0, 1, 1]), .privateLink),
        (v2(0x21, 0x11, addresses + [0xEA, 0, 2, 1, 0x0A]), .privateLink),
        (v2(0x21, 0x11, addresses + [0xEA, 0, 130, 1] + [UInt8](repeating: 65, count: 129)), .privateLink),
        (v2(0x21, 0x11, addresses + [0xEE, 0, 4, 1, 2, 3, 4]), .privateLink),
        (v2(0x21, 0x11, addresses + [0xEA, 0, 2, 1, 65, 0xEE, 0, 5, 1, 1, 0, 0, 0]), .extensions),
    ]

    @Test(arguments: broken) func malformed(_ bytes: [UInt8], _ reason: ProxyHeader.Malformed) {
        #expect(parse(bytes) == .malformed(reason))
    }

    @Test func tooLong() {
        let head = ProxyHeader.V2.signature + [0x21, 0x11, 0x10, 0x01]
        #expect(parse(head) == .malformed(.length(4097)))
        #expect(parse(ProxyHeader.V2.signature + [0x20, 0x00, 0xFF, 0xFF]) == .malformed(.length(65_535)))
    }

    @Test func privateLinks() {
        let aws = Self.v2(
            0x21, 0x11, Self.addresses + [0xEA, 0, 23, 1] + Array("vpce-08d2bf15fac5001c9".utf8))
        #expect(
            parse(aws)
                == .header(
                    ProxyHeader(Self.client, privateLink: .aws("vpce-08d2bf15fac5001c9")), consumed: aws.count))
        let azure = Self.v2(0x21, 0x11, Self.addresses + [0x04, 0, 2, 9, 9, 0xEE, 0, 5, 1, 0x78, 0x56, 0x34, 0x12])
        #expect(
            parse(azure)
                == .header(ProxyHeader(Self.client, privateLink: .azure(0x1234_5678)), consumed: azure.count))
        // Sub-kinds that we do not know are skipped, empty values too.
        let others = Self.v2(0x21, 0x11, Self.addresses + [0xEA, 0, 2, 2, 65, 0xEE, 0, 1, 7, 0xEA, 0, 0])
        #expect(parse(others) == .header(ProxyHeader(Self.client), consumed: others.count))
    }

    private static let strangers: [[UInt8]] = [
        [0, 0, 0, 8], [0x16, 3, 1], Array("GET / HTTP/1.1".utf8), Array("PROX!".utf8), [0x0D, 0x0A, 0x0D, 0x0B],
        ProxyHeader.V2.signature.dropLast() + [0x0B],
    ]

    @Test(arguments: strangers) func noHeaderAtAll(_ bytes: [UInt8]) {
        #expect(parse(bytes) == .malformed(.noHeader))
    }

    // MARK: Checksums

    @Test func castagnoli() {
        // RFC 3720 appendix B.4, and the check value of the catalogues.
        #expect(CRC32C.of([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.of([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.of(Array(0..<32)) == 0x46DD_794E)
        #expect(CRC32C.of(Array("123456789".utf8)) == 0xE306_9283)
        #expect(CRC32C.of([]) == 0)
    }

    @Test func aChecksumThatIsWrongInAnyBit() throws {
        let header = ProxyHeader(Self.client, privateLink: .aws("vpce-1"))
        let bytes = Array(try #require(header.encodedV2()).readableBytesView)
        #expect(parse(bytes) == .header(header, consumed: bytes.count))
        // All behind the signature, command, family and length: those have errors of their own.
        for index in ProxyHeader.V2.headLength..<bytes.count {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << bit
                guard case .header(let parsed, _) = parse(damaged) else { continue }
                // The checksum's own kind may turn into one that nobody knows; then there is none.
                #expect(index == bytes.count - 7, "byte \(index), bit \(bit): \(parsed)")
            }
        }
    }

    @Test func aSecondChecksum() throws {
        let bytes = try #require(
            ProxyHeader(Self.client).encodedV2(extensions: [.init(kind: 0x03, value: [0, 0, 0, 0])]))
        guard case .malformed = ProxyHeader.parse(bytes) else {
            Issue.record("taken")
            return
        }
    }

    // MARK: Our own

    @Test func golden() throws {
        let plain = try #require(ProxyHeader(Self.client).encodedV2(checksum: false))
        #expect(Array(plain.readableBytesView) == Self.v2(0x21, 0x11, Self.addresses))
        let balancer = try #require(ProxyHeader(.balancer).encodedV2(checksum: false))
        #expect(Array(balancer.readableBytesView) == Self.v2(0x20, 0x00, []))
        let named = try #require(
            ProxyHeader(Self.client).encodedV2(extensions: [.authority("a.b")], checksum: false))
        #expect(
            Array(named.readableBytesView)
                == Self.v2(0x21, 0x11, Self.addresses + [0x02, 0, 3] + Array("a.b".utf8)))
        let long = ProxyHeader.TLV(kind: 0x04, value: [UInt8](repeating: 0, count: 65_536))
        #expect(ProxyHeader(Self.client).encodedV2(extensions: [long]) == nil)
    }

    @Test func roundTrips() throws {
        let v6 = Self.endpoint("2001:db8::1", 7)
        let speakers: [ProxyHeader.Speaker] = [
            Self.client, .client(source: v6, destination: v6), .client(source: v6, destination: Self.destination),
            .client(source: Self.source, destination: v6), .unknown,
        ]
        for speaker in speakers {
            for link in [nil, ProxyHeader.PrivateLink.aws("vpce-1"), .azure(.max)] {
                let header = ProxyHeader(speaker, privateLink: link)
                let bytes = try #require(header.encodedV2())
                #expect(ProxyHeader.parse(bytes) == .header(header, consumed: bytes.readableBytes))
            }
        }
    }

    // MARK: Pieces and noise

    @Test func everyPlaceToCutIt() throws {
        let whole = [
            Array("PROXY TCP4 192.0.2.7 198.51.100.9 50000 5432\r\n".utf8),
            Array(try #require(ProxyHeader(Self.client, privateLink: .azure(9)).encodedV2()).readableBytesView),
            Self.v2(0x20, 0x00, [1, 2, 3]),
        ]
        for bytes in whole {
            for length in 0..<bytes.count {
                #expect(parse(Array(bytes.prefix(length))) == .needMore, "\(length) of \(bytes.count)")
            }
        }
    }

    @Test func noise() throws {
        var dice = SeededDice(seed: 4711)
        let seeds = [
            Array("PROXY TCP6 2001:db8::1 ::1 1 65535\r\n".utf8), Array("PROXY UNKNOWN\r\n".utf8),
            Array(try #require(ProxyHeader(Self.client, privateLink: .aws("vpce-1")).encodedV2()).readableBytesView),
        ]
        for _ in 0..<50_000 {
            var bytes = seeds[Int.random(in: 0..<seeds.count, using: &dice)]
            for _ in 0..<Int.random(in: 0...4, using: &dice) {
                bytes[Int.random(in: 0..<bytes.count, using: &dice)] = .random(in: 0 ... .max, using: &dice)
            }
            bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &dice)))
            if case .header(_, let consumed) = parse(bytes) { #expect(consumed <= bytes.count) }
        }
    }
}
