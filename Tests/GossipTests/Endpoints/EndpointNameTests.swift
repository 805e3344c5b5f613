import Gossip
import Testing

struct EndpointNameTests {
    @Test(arguments: ["a", "demo", "ep-blue-sky-123", "0", "-", String(repeating: "x", count: 63)])
    func `a DNS label of lower case is a name`(text: String) {
        #expect(EndpointName(text)?.text == text)
    }

    @Test(arguments: [
        "", "Demo", "a.b", "a/b", "a b", "é", "a\0", "ａ", "a_b", String(repeating: "x", count: 64), "..",
    ])
    func `anything else is not`(text: String) {
        #expect(EndpointName(text) == nil)
    }
}
