import Gossip
import Testing

@testable import Transport

struct AdvertisedAddressTests {
    private let local = ["127.0.0.1:0", "169.254.0.9:0", "[fe80::1]:0", "10.0.0.7:0", "[fd00::7]:0"]
        .compactMap { MemberAddress($0) }

    @Test(
        arguments: [
            ("10.9.9.9:5", nil, "10.9.9.9:5"),
            ("0.0.0.0:5", nil, "10.0.0.7:5"),
            ("[::]:5", nil, "[fd00::7]:5"),
            ("0.0.0.0:5", "192.0.2.1:0", "192.0.2.1:5"),
            ("0.0.0.0:5", "192.0.2.1:9", "192.0.2.1:9"),
        ] as [(String, String?, String)]) func `the choice`(bound: String, wanted: String?, expected: String) throws
    {
        let bound = try #require(MemberAddress(bound))
        let choice = AdvertisedAddress.choose(wanted: wanted.flatMap { MemberAddress($0) }, bound: bound, local: local)
        #expect(choice?.text == expected)
    }

    @Test func `nothing that others could reach`() throws {
        let bound = try #require(MemberAddress("0.0.0.0:5"))
        #expect(AdvertisedAddress.choose(wanted: nil, bound: bound, local: Array(local.prefix(3))) == nil)
    }
}

struct ThrottleTests {
    @Test func `the first at once, then one per interval with the number since`() {
        var throttle = Throttle<String>(interval: .seconds(10))
        let told = (0..<25).map { throttle.happened("a", at: GossipInstant(nanoseconds: $0 * 1_000_000_000)) }
        #expect(told.enumerated().filter { $0.element != nil }.map(\.offset) == [0, 10, 20])
        #expect(told.compactMap { $0 } == [1, 10, 10])
        #expect(throttle.happened("b", at: GossipInstant(nanoseconds: 0)) == 1)
    }

    @Test func `kinds are bounded`() {
        var throttle = Throttle<Int>(interval: .seconds(10))
        let told = (0..<1000).compactMap { throttle.happened($0, at: GossipInstant(nanoseconds: 0)) }
        #expect(told.count == Throttle<Int>.kindLimit)
    }
}

struct RefusalLedgerTests {
    @Test func `by host and reason, the least recently heard goes first`() throws {
        var ledger = RefusalLedger()
        let hosts = try (0...RefusalLedger.sourceLimit).map { index in
            try #require(MemberAddress(ip: "10.0.0.\(index)", port: UInt16(index)))
        }
        for host in hosts.dropLast() { ledger.count(.replayed, from: host) }
        ledger.count(.notAuthentic, from: hosts[0])
        ledger.count(.notAuthentic, from: hosts[0])
        ledger.count(.tooShort, from: hosts[RefusalLedger.sourceLimit])
        let lines = ledger.lines
        #expect(
            lines.prefix(2) == [
                .init(host: hosts[0].host, reason: .replayed, count: 1),
                .init(host: hosts[0].host, reason: .notAuthentic, count: 2),
            ])
        #expect(!lines.contains { $0.host == hosts[1].host })
        #expect(Set(lines.map(\.host)).count == RefusalLedger.sourceLimit)
    }
}
