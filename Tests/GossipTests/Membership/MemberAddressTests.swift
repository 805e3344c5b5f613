import Gossip
import Testing

struct MemberAddressTests {
    @Test(arguments: [
        "10.0.0.7:7946", "255.255.255.255:1", "[::1]:7946", "[fd00::7]:7946", "[2001:db8:0:1:1:1:1:1]:65535",
        "[::]:0", "[1::]:80",
    ])
    func `what is written is what is read`(text: String) throws {
        let address = try #require(MemberAddress(text))
        #expect(address.text == text)
        #expect(MemberAddress(bytes: address.bytes, port: address.port) == address)
        #expect(address.bytes.count == (text.first == "[" ? 16 : 4))
    }

    @Test(arguments: [
        "", ":", "10.0.0.7", "10.0.0:1", "10.0.0.256:1", "10.0.0.7:", "10.0.0.7:65536", "a.b.c.d:1", "::1:7946",
        "[10.0.0.7]:1", "[::1::2]:1", "[1:2:3:4:5:6:7]:1", "[1:2:3:4:5:6:7:8:9]:1", "[12345::]:1", "[+1::]:1",
        "10.0.0.+7:1", "[]:1", "host:7946",
    ])
    func `what is no address is refused`(text: String) {
        #expect(MemberAddress(text) == nil)
    }

    @Test func `neither port zero nor the unspecified address can be dialled`() throws {
        #expect(try #require(MemberAddress("10.0.0.1:0")).isDialable == false)
        #expect(try #require(MemberAddress("0.0.0.0:7946")).isDialable == false)
        #expect(try #require(MemberAddress("10.0.0.1:7946")).isDialable)
    }

    @Test func `an IPv4 address is not the IPv6 address of the same bits`() throws {
        #expect(MemberAddress("0.0.0.1:1") != MemberAddress("[::1]:1"))
    }
}
