import TLSEngine
import Testing

/// `tls-server-end-point` against what the `openssl` program says of the same certificate.
struct EndPointDigestTests {
    struct Kind: Sendable, CustomTestStringConvertible {
        var name: String
        /// For openssl-req(1).
        var options: [String]
        /// For openssl-dgst(1); `nil`: no such binding.
        var hash: String?

        var testDescription: String { name }
    }

    static let rsa = ["-newkey", "rsa:2048"]
    static let pss = ["-sigopt", "rsa_padding_mode:pss"]
    static let kinds = [
        Kind(name: "rsa-sha256", options: rsa + ["-sha256"], hash: "-sha256"),
        Kind(name: "rsa-sha512", options: rsa + ["-sha512"], hash: "-sha512"),
        Kind(name: "rsa-sha1", options: rsa + ["-sha1"], hash: "-sha256"),
        Kind(name: "rsa-md5", options: rsa + ["-md5"], hash: "-sha256"),
        Kind(name: "pss-sha256", options: rsa + ["-sha256"] + pss, hash: "-sha256"),
        Kind(name: "pss-sha384", options: rsa + ["-sha384"] + pss, hash: "-sha384"),
        Kind(
            name: "ecdsa-sha384", options: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-sha384"],
            hash: "-sha384"),
        Kind(name: "ed25519", options: ["-newkey", "ed25519"], hash: nil),
    ]

    @Test(arguments: kinds) func `both sides hash the server's certificate like its signature does`(kind: Kind) throws {
        let files = try TestFiles()
        let (certificate, key) = try OpenSSLTool.selfSigned(kind.name, in: files, kind.options)
        let pair = try EnginePair(
            client: .client(trustedCAFile: certificate),
            server: .server(certificateFile: certificate, privateKeyFile: key))
        pair.talk()
        try #require(pair.server.isEstablished && pair.client.isEstablished)
        let expected: [UInt8]? = try kind.hash.map { hash in
            try OpenSSLTool.run(["x509", "-in", certificate, "-outform", "DER", "-out", files.path("leaf.der")])
            let line = try OpenSSLTool.run(["dgst", hash, "-r", files.path("leaf.der")])
            return hex(String(line.prefix { $0 != " " }))
        }
        #expect(pair.server.peer.tlsServerEndPoint == expected)
        #expect(pair.client.peer.tlsServerEndPoint == expected)
    }

    @Test func `a client's own certificate does not count`() throws {
        let files = try TestFiles()
        let pair = try EnginePair(
            client: files.client(uriNames: ["sidecar://admin/root"]), server: files.server(clients: true))
        pair.talk()
        #expect(pair.server.isEstablished)
        #expect(pair.server.peer.tlsServerEndPoint == pair.client.peer.tlsServerEndPoint)
    }
}
