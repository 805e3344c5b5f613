import TLSEngine
import Testing

/// Which of several certificates a client is shown, and what happens when they change.
struct CertificateChoiceTests {
    let files: TestFiles

    init() throws {
        files = try TestFiles()
    }

    private func context(_ name: String, _ dnsNames: String...) throws -> TLSContext {
        let pair = try files.issue(name, dnsNames: dnsNames)
        return try .server(certificateFile: pair.certificate, privateKeyFile: pair.key, alpn: ["postgresql"])
    }

    /// The names of the certificate that is shown to a client that asks for this one.
    private func shown(_ server: TLSContext, to serverName: String, alpn: [String] = []) throws -> [String] {
        let pair = try EnginePair(
            client: files.client(alpn: alpn), server: server, serverName: serverName, nameCheck: .none)
        let failures = pair.talk()
        try #require(failures.client == nil && failures.server == nil, "\(failures)")
        #expect(pair.server.peer.tlsServerEndPoint == pair.client.peer.tlsServerEndPoint)
        #expect(pair.server.peer.serverName == (serverName.isEmpty ? nil : serverName))
        return pair.client.peer.dnsNames
    }

    @Test func `exact names come before wildcards, and the default is for all others`() throws {
        let server = TLSContext.server(
            try context("default", "*.localtest.me"),
            [
                try context("wild", "*.example.com", "example.com"), try context("exact", "one.example.com"),
                try context("late", "*.example.com", "other.example"),
            ])
        #expect(try shown(server, to: "demo.localtest.me") == ["*.localtest.me"])
        #expect(try shown(server, to: "one.example.com") == ["one.example.com"])
        #expect(try shown(server, to: "ONE.Example.COM") == ["one.example.com"])
        #expect(try shown(server, to: "two.example.com") == ["*.example.com", "example.com"])
        #expect(try shown(server, to: "example.com") == ["*.example.com", "example.com"])
        #expect(try shown(server, to: "other.example") == ["*.example.com", "other.example"])
        for stranger in ["a.b.example.com", "com", "nowhere.test", "127.0.0.1"] where stranger != "127.0.0.1" {
            #expect(try shown(server, to: stranger) == ["*.localtest.me"], "\(stranger)")
        }
        #expect(try shown(server, to: "") == ["*.localtest.me"])
    }

    @Test func `every certificate serves the same protocols`() throws {
        let server = TLSContext.server(try context("default", "a.test"), [try context("second", "b.test")])
        #expect(try shown(server, to: "b.test", alpn: ["postgresql"]) == ["b.test"])
        let pair = try EnginePair(
            client: files.client(alpn: ["h2"]), server: server, serverName: "b.test", nameCheck: .none)
        #expect(pair.talk().server?.reason == .noCommonProtocol)
    }

    @Test func `what is adopted counts for new engines alone`() throws {
        let server = TLSContext.server(try context("default", "a.test"), [try context("second", "b.test")])
        let old = try EnginePair(client: files.client(), server: server, serverName: "b.test")
        try old.client.start()
        server.adopt(.server(try context("newer", "a.test", "c.test"), [try context("third", "b.test", "d.test")]))
        old.talk()
        #expect(old.client.peer.dnsNames == ["b.test"], "it was there before")
        #expect(try shown(server, to: "b.test") == ["b.test", "d.test"])
        #expect(try shown(server, to: "c.test") == ["a.test", "c.test"])
        try old.client.send("still")
        old.talk()
        #expect(old.serverSide.plaintext == Array("still".utf8))
    }

    @Test func `the domains of wildcard names`() throws {
        let server = TLSContext.server(
            try context("default", "*.LocalTest.me", "localhost"),
            [try context("second", "*.example.com", "*.localtest.me", "x.example.org")])
        #expect(server.wildcardDomains == ["localtest.me", "example.com"])
        #expect(try files.client().wildcardDomains == [])
    }

    @Test func `what a certificate says of itself`() throws {
        let named = try context("named", "A.test")
        #expect(named.certificates.map(\.dnsNames) == [["a.test"]])
        let end = try #require(named.certificates.first).notAfter
        #expect(abs(end - TestFiles.now - 3600) < 120)
        let (certificate, key) = try OpenSSLTool.selfSigned("nameless", in: files, ["-newkey", "rsa:2048"])
        let hidden = try TLSContext.server(certificateFile: certificate, privateKeyFile: key)
        #expect(hidden.certificates.map(\.dnsNames) == [["db.example"]], "the common name does not count beside others")
    }

    @Test func `a common name counts where there is no other`() throws {
        let (certificate, key) = (files.path("cn.crt"), files.path("cn.key"))
        try OpenSSLTool.run([
            "req", "-x509", "-nodes", "-days", "2", "-newkey", "rsa:2048", "-subj", "/O=Somebody/CN=*.Old.test/OU=x",
            "-keyout", key, "-out", certificate,
        ])
        let old = try TLSContext.server(certificateFile: certificate, privateKeyFile: key)
        #expect(old.certificates.map(\.dnsNames) == [["*.old.test"]])
        #expect(old.wildcardDomains == ["old.test"])
    }
}
