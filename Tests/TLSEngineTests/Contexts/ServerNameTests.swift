import Testing

@testable import TLSEngine

struct ServerNameTests {
    private let demo: [UInt8] = [0, 7, 0, 0, 4] + Array("demo".utf8)

    @Test func `the name in a greeting`() {
        #expect(ServerNameExtension.hostName(in: demo) == "demo")
        let second: [UInt8] = [0, 12, 9, 0, 2, 1, 2] + demo[2...]
        #expect(ServerNameExtension.hostName(in: second) == "demo", "entries of other kinds are skipped")
    }

    @Test(
        arguments: [
            [], [0], [0, 0], [0, 1, 0], [0, 8, 0, 0, 4] + Array("demo".utf8), [0, 7, 0, 0, 5] + Array("demo".utf8),
            [0, 3, 0, 0, 0], [0, 5, 0, 0, 2, 65, 0], [0, 4, 0, 0, 1, 0xFF],
            [1, 3, 0, 1, 0] + [UInt8](repeating: 65, count: 256),
        ] as [[UInt8]]) func `no name at all`(body: [UInt8])
    {
        #expect(ServerNameExtension.hostName(in: body) == nil)
    }

    @Test func `cut or changed anywhere it does not fall`() {
        for length in 0..<demo.count { #expect(ServerNameExtension.hostName(in: Array(demo.prefix(length))) == nil) }
        for index in demo.indices {
            for byte in UInt8.min ... .max {
                var changed = demo
                changed[index] = byte
                _ = ServerNameExtension.hostName(in: changed)
            }
        }
    }

    @Test(
        arguments: [
            ("a.test", 1), ("b.test", 2), ("B.TEST.", 2), ("x.a.test", nil), (".test", nil), ("test", nil), ("", nil),
            (".", nil),
            ("*.test", 2),
        ] as [(String, Int?)]) func `names in a table`(name: String, value: Int?)
    {
        let table = ServerNameTable([(["a.test"], 1), (["*.Test", "A.test"], 2), (["*.test"], 3)])
        #expect(table.value(for: name) == value)
    }
}
