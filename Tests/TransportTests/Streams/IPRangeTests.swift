import Testing

@testable import Transport

@Suite struct IPRangeTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
        ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.77/24", "192.0.2.0", true),
        ("192.0.2.0/24", "192.0.3.0", false),
        ("192.0.2.5-192.0.2.9", "192.0.2.9", true), ("192.0.2.5-192.0.2.9", "192.0.2.10", false),
        ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "2001:db8::1", true),
        ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::1", false),
        ("::ffff:192.0.2.0/120", "192.0.2.9", true), ("192.0.2.0/24", "::ffff:192.0.2.9", true),
        ("2001:db8::1-2001:db8::9", "2001:db8::5", true), ("::1", "::1", true),
    ])
    func matches(_ range: String, _ address: String, _ expected: Bool) throws {
        #expect(try #require(IPRange(range)).contains(try #require(IPAddress(address))) == expected)
    }

    @Test(arguments: [
        "", "x", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+8", "192.0.2.0/", "/24", "192.0.2.9-192.0.2.5",
        "192.0.2.1-2001:db8::1", "-", "2001:db8::/129", "::ffff:192.0.2.0/95", "192.0.2.1 ", "192.0.2.1-",
    ])
    func refuses(_ text: String) {
        #expect(IPRange(text) == nil)
    }

    @Test func anIPv4AddressInsideIPv6IsTheIPv4Address() throws {
        let mapped = try #require(IPAddress("::ffff:192.0.2.1"))
        #expect(mapped == IPAddress("192.0.2.1"))
        #expect(mapped == IPAddress("::ffff:c000:201"))
        #expect(mapped.description == "192.0.2.1")
        #expect(IPAddress("64:ff9b::192.0.2.1")?.description == "64:ff9b::c000:201")
    }
}
