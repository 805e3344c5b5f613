import Testing

@testable import ComputeAgent

@Suite struct ConfigurationTextTests {
    private func conf(settings: String = "", extra: String = "", text: String? = nil) throws -> String {
        var spec = try #require(try SpecText.read(SpecText.local(settings: settings, extra: extra)))
        spec.cluster.postgresqlConf = text
        let pageservers = try PageserverResolver.resolve(spec)
        return PostgresConfFile(spec: spec, pageservers: pageservers, listenHost: "127.0.0.1", port: 6001).render()
    }

    @Test func `a stale address among the settings cannot override the resolved one`() throws {
        let text = try conf(settings: PageserverResolverTests.settings, extra: PageserverResolverTests.list)
        #expect(text.components(of: "neon.pageserver_connstring") == 1)
    }

    @Test func `without an address Postgres can use there is only a comment`() throws {
        let text = try conf(
            extra: PageserverResolverTests.field.replacing(#""libpq_url": "postgres://ps-b", "#, with: ""))
        #expect(!text.contains("neon.pageserver_connstring ="))
        #expect(text.contains("# No libpq address"))
    }

    @Test(arguments: [
        ("plain", "'plain'"), ("it's", "'it''s'"), (#"a\b"#, #"'a\\b'"#), ("a\nport = 1", #"'a\nport = 1'"#),
        ("\r\n", #"'\r\n'"#), ("", "''"), ("ü'", "'ü'''"),
    ])
    func `a quoted value cannot end its line`(value: String, quoted: String) {
        #expect(ConfLine.quoted(value) == quoted)
    }

    @Test func `only this machine may try on loopback, and only with TLS and SCRAM`() {
        #expect(
            HostBasedAccess.render(listenHost: "127.0.0.1") == """
                # Written by sidecar at every start; changes made here do not last.
                hostssl all all 127.0.0.1/32 scram-sha-256
                hostssl all all ::1/128 scram-sha-256

                """)
    }

    @Test(arguments: ["0.0.0.0", "10.0.0.7"])
    func `from elsewhere nobody is the superuser, and from here also by an address of the network`(host: String) {
        #expect(
            HostBasedAccess.render(listenHost: host) == """
                # Written by sidecar at every start; changes made here do not last.
                hostssl all cloud_admin samehost scram-sha-256
                host all cloud_admin all reject
                hostssl all all all scram-sha-256

                """)
    }
}

extension String {
    fileprivate func components(of word: String) -> Int { ranges(of: word).count }
}
