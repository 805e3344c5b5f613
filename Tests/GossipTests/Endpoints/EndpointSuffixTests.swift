import Gossip
import Testing

struct EndpointSuffixTests {
    @Test(arguments: [
        ("demo", "demo"), ("demo-pooler", "demo"), ("demo-local-proxy", "demo"), ("-pooler", "-pooler"),
        ("pooler", "pooler"), ("demo-pooler-pooler", "demo-pooler"), ("demo-pooler-x", "demo-pooler-x"),
    ]) func `a suffix is another way in`(name: String, endpoint: String) throws {
        let name = try #require(EndpointName(name))
        #expect(name.unsuffixed.text == endpoint)
        #expect(name.isSuffixed == (name.text != endpoint))
    }

    @Test func `every other way in`() throws {
        let demo = try #require(EndpointName("demo"))
        #expect(demo.suffixed.map(\.text) == ["demo-pooler", "demo-local-proxy"])
        #expect(demo.suffixed.allSatisfy { $0.unsuffixed == demo && $0.suffixed.isEmpty })
        let long = try #require(EndpointName(String(repeating: "a", count: 56)))
        #expect(long.suffixed.map(\.text.utf8.count) == [63])
    }
}
