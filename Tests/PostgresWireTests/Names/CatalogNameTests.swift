import PostgresWire
import Testing

struct CatalogNameTests {
    @Test(arguments: ["app", "App \"owner\"", "pgbench", "dé", String(repeating: "a", count: 63)])
    func `anything printable is a name`(name: String) {
        #expect(CatalogName.flaw(ofRole: name) == nil)
        #expect(CatalogName.flaw(ofDatabase: name) == nil)
    }

    @Test(arguments: ["", String(repeating: "a", count: 64), String(repeating: "é", count: 32)])
    func `the length is counted in bytes`(name: String) {
        #expect(CatalogName.flaw(ofRole: name) == .length)
        #expect(CatalogName.flaw(ofDatabase: name) == .length)
    }

    @Test(arguments: ["a\u{0}b", "a\nb", "\u{7F}"])
    func `control characters are refused`(name: String) {
        #expect(CatalogName.flaw(ofRole: name) == .controlCharacter)
        #expect(CatalogName.flaw(ofDatabase: name) == .controlCharacter)
    }

    @Test(arguments: ["cloud_admin", "postgres", "public", "none", "pg_monitor"])
    func `roles that are not for clients`(name: String) {
        #expect(CatalogName.flaw(ofRole: name) == .reserved)
    }

    @Test(arguments: ["postgres", "template0", "template1"])
    func `databases that are not for clients`(name: String) {
        #expect(CatalogName.flaw(ofDatabase: name) == .reserved)
    }
}
