import EdgeProxy
import Gossip
import PostgresWire
import Testing

struct EndpointSelectionTests {
    private let selection = EndpointSelection(domains: ["localtest.me", "Example.org"])

    private func select(_ serverName: String?, _ options: String = "") throws -> String? {
        try selection.endpoint(serverName: serverName, options: StartupOptions(Array(options.utf8)))?.text
    }

    @Test(
        arguments: [
            ("demo.localtest.me", "", "demo"), ("DEMO.LocalTest.ME", "", "demo"), ("demo.localtest.me.", "", "demo"),
            (nil, "endpoint=demo", "demo"), ("demo.localtest.me", "project=demo", "demo"),
            ("demo.vpce.example", "endpoint=blue-sky", "blue-sky"), ("api.localtest.me", "endpoint=demo", "demo"),
            ("a.b.localtest.me", "endpoint=demo", "demo"), ("localtest.me", "endpoint=demo", "demo"),
        ] as [(String?, String, String)])
    func `named by SNI or by options`(serverName: String?, options: String, endpoint: String) throws {
        #expect(try select(serverName, options) == endpoint)
    }

    @Test(arguments: [nil, "demo.example.com", "localtest.me", ".localtest.me", "api.localtest.me", "demolocaltest.me"])
    func `nothing named`(serverName: String?) throws {
        #expect(try select(serverName) == nil)
    }

    @Test func `two different names`() throws {
        let error = #expect(throws: ErrorResponse.self) { try select("demo.localtest.me", "endpoint=other") }
        #expect(error?.sqlState.text == "08P01")
        #expect(
            error?.message == "Inconsistent project name inferred from SNI ('demo') and project option ('other').")
    }

    @Test(arguments: ["DEMO", "de_mo", "", "dé", String(repeating: "a", count: 64), "a/b", "a;b"])
    func `names that are none`(name: String) throws {
        let error = #expect(throws: ErrorResponse.self) { try select(nil, "endpoint=\(name)") }
        #expect(error?.sqlState.text == "08P01")
    }
}
