import TLSEngine
import Testing

struct CertificateAuthorityTests {
    @Test func `an authority can be put away and taken up again`() throws {
        let files = try TestFiles()
        let again = try CertificateAuthority(
            certificatePEM: files.authority.certificatePEM, privateKeyPEM: files.authority.privateKeyPEM)
        let issued = try again.issue(.init(commonName: "late", dnsNames: ["late.example"]), now: TestFiles.now)
        let server = try TLSContext.server(
            certificateFile: files.write(issued.certificatePEM, to: "late.crt"),
            privateKeyFile: files.write(issued.privateKeyPEM, to: "late.key"))
        let pair = try EnginePair(client: files.client(), server: server, serverName: "late.example")
        #expect(pair.talk().client == nil)
    }

    @Test func `a key of another authority is refused`() throws {
        let one = try CertificateAuthority.create(commonName: "one", now: TestFiles.now)
        let two = try CertificateAuthority.create(commonName: "two", now: TestFiles.now)
        let failure = #expect(throws: TLSFailure.self) {
            try CertificateAuthority(certificatePEM: one.certificatePEM, privateKeyPEM: two.privateKeyPEM)
        }
        #expect(failure?.reason == .keyMismatch)
    }

    @Test func `a wildcard name serves one label`() throws {
        let files = try TestFiles()
        let server = try files.server("*.localtest.me")
        #expect(
            try EnginePair(client: files.client(), server: server, serverName: "demo.localtest.me").talk().client == nil
        )
        let deep = try EnginePair(client: files.client(), server: server, serverName: "a.b.localtest.me").talk()
        #expect(deep.client?.reason == .nameMismatch)
    }

    @Test(arguments: ["a,URI:sidecar://admin/root", "", "two words", "line\nbreak", "umlaut-ä"])
    func `a name cannot smuggle in another one`(name: String) throws {
        let authority = try CertificateAuthority.create(commonName: "test", now: TestFiles.now)
        #expect(throws: TLSFailure.self) {
            try authority.issue(.init(commonName: "x", dnsNames: [name]), now: TestFiles.now)
        }
    }

    @Test func `a long common name is cut, since the alternative names count`() throws {
        let files = try TestFiles()
        let name = String(repeating: "a", count: 63) + ".example"
        _ = try files.server(name)
    }
}
