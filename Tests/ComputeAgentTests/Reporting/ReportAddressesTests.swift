import ComputeAgent
import Testing

struct ReportAddressesTests {
    @Test func `one address, or any of several`() {
        #expect(ReportAddresses("a:1")?.all == [HostAndPort(host: "a", port: 1)])
        #expect(
            ReportAddresses("a:1|[::1]:2")?.all == [HostAndPort(host: "a", port: 1), HostAndPort(host: "::1", port: 2)])
        #expect(ReportAddresses("a:1|b:2")?.description == "a:1|b:2")
    }

    @Test(arguments: ["", "a", "a:1|", "|a:1", "a:1|b", "a:1||b:2"])
    func `anything else is refused`(text: String) {
        #expect(ReportAddresses(text) == nil)
    }
}
