import Foundation
import Gossip
import TLSEngine
import Telemetry
import TestKit
import Testing

@testable import EdgeProxy

/// Certificates that change under a running proxy, look by look.
struct EdgeCertificatesTests {
    private let folder: TemporaryFolder
    private let authority: CertificateAuthority

    init() throws {
        folder = try TemporaryFolder()
        authority = try CertificateAuthority.create(commonName: "test", now: Self.now)
        try write(authority.certificatePEM, "ca.crt")
        try FileManager.default.createDirectory(
            atPath: folder.file("certs"), withIntermediateDirectories: true)
        try issue("edge", ["*.localtest.me"])
        try issue("identity", ["proxy-a"])
    }

    private static var now: Int64 { Int64(Date.now.timeIntervalSince1970) }

    private func write(_ text: String, _ name: String) throws {
        try text.write(toFile: folder.file(name), atomically: true, encoding: .utf8)
    }

    private func issue(_ name: String, _ dnsNames: [String]) throws {
        let issued = try authority.issue(.init(commonName: name, dnsNames: dnsNames), now: Self.now)
        try write(issued.certificatePEM, "\(name).crt")
        try write(issued.privateKeyPEM, "\(name).key")
    }

    private func issueInFolder(_ name: String, _ dnsNames: [String]) throws {
        try FileManager.default.createDirectory(
            atPath: folder.file("certs/\(name)"), withIntermediateDirectories: true)
        let issued = try authority.issue(.init(commonName: name, dnsNames: dnsNames), now: Self.now)
        try write(issued.certificatePEM, "certs/\(name)/tls.crt")
        try write(issued.privateKeyPEM, "certs/\(name)/tls.key")
    }

    private func configuration() -> EdgeProxyConfiguration {
        let anywhere = NetworkAddress(host: "127.0.0.1", port: 0)
        let pair = { (name: String) in
            EdgeProxyConfiguration.KeyPair(
                certificateFile: folder.file("\(name).crt"), keyFile: folder.file("\(name).key"))
        }
        var configuration = EdgeProxyConfiguration(
            id: MemberID("proxy-a"), listen: anywhere, http: anywhere, grpc: anywhere, members: [],
            authEndpoint: "http://127.0.0.1:1", controlPlaneTokens: BearerTokens([Secret("t")]), domain: "localtest.me",
            edge: pair("edge"), identity: pair("identity"), trustedCAFile: folder.file("ca.crt"))
        configuration.certificates.folder = folder.file("certs")
        return configuration
    }

    private func names(_ certificates: EdgeCertificates) -> [[String]] {
        certificates.clients.certificates.map(\.dnsNames)
    }

    @Test func `nothing new`() throws {
        let certificates = try EdgeCertificates(configuration())
        for _ in 0..<3 { #expect(certificates.look(atOnce: false) == []) }
        #expect(names(certificates) == [["*.localtest.me"]])
        #expect(certificates.inUse.map(\.part) == ["default", "identity"])
    }

    @Test func `a pair is taken at the second look that finds it the same`() throws {
        let certificates = try EdgeCertificates(configuration())
        try issue("edge", ["*.example.com"])
        #expect(certificates.look(atOnce: false) == [])
        #expect(certificates.look(atOnce: false) == [.loaded("default")])
        #expect(names(certificates) == [["*.example.com"]])
        #expect(certificates.clients.wildcardDomains == ["example.com"])
        #expect(certificates.look(atOnce: false) == [])
    }

    @Test func `files that are still being written are waited for`() throws {
        let certificates = try EdgeCertificates(configuration())
        let issued = try authority.issue(.init(commonName: "late", dnsNames: ["*.late.test"]), now: Self.now)
        try write(issued.certificatePEM, "edge.crt")
        #expect(certificates.look(atOnce: false) == [])
        try write(issued.privateKeyPEM, "edge.key")
        #expect(certificates.look(atOnce: false) == [])
        #expect(certificates.look(atOnce: false) == [.loaded("default")])
    }

    @Test func `a bad pair leaves the former one, and is told once`() throws {
        try issueInFolder("good", ["*.good.test"])
        let certificates = try EdgeCertificates(configuration())
        try write("no certificate", "edge.crt")
        try issueInFolder("good", ["*.better.test"])
        #expect(certificates.look(atOnce: false) == [])
        let news = certificates.look(atOnce: false)
        #expect(news.count == 2)
        guard case .failed("default", let reason)? = news.first else {
            Issue.record("\(news)")
            return
        }
        #expect(reason.contains("edge.crt"))
        #expect(names(certificates) == [["*.localtest.me"], ["*.better.test"]])
        #expect(certificates.look(atOnce: false) == [])
        try issue("edge", ["*.mended.test"])
        #expect(certificates.look(atOnce: true).contains(.loaded("default")))
        #expect(names(certificates) == [["*.mended.test"], ["*.better.test"]])
    }

    @Test func `folders come and go`() throws {
        let certificates = try EdgeCertificates(configuration())
        try issueInFolder("b", ["b.test"])
        try issueInFolder("a", ["a.test"])
        try issueInFolder("..data", ["hidden.test"])
        #expect(certificates.look(atOnce: false) == [])
        #expect(certificates.look(atOnce: false) == [.loaded("certs-dir/a"), .loaded("certs-dir/b")])
        #expect(names(certificates) == [["*.localtest.me"], ["a.test"], ["b.test"]])
        try FileManager.default.removeItem(atPath: folder.file("certs/a"))
        #expect(certificates.look(atOnce: false) == [.removed("certs-dir/a")])
        #expect(names(certificates) == [["*.localtest.me"], ["b.test"]])
        try FileManager.default.removeItem(atPath: folder.file("certs"))
        guard case .failed("certs-dir", _)? = certificates.look(atOnce: false).first else {
            Issue.record("not told")
            return
        }
        #expect(certificates.look(atOnce: false) == [])
        #expect(names(certificates) == [["*.localtest.me"], ["b.test"]], "all stay")
    }

    @Test func `the identity is exchanged whole`() throws {
        let certificates = try EdgeCertificates(configuration())
        try issue("identity", ["proxy-a", "newer"])
        #expect(certificates.look(atOnce: false) == [])
        #expect(certificates.look(atOnce: false) == [.loaded("identity")])
        for context in [certificates.services, certificates.computes, certificates.links] {
            #expect(context.certificates.map(\.dnsNames) == [["proxy-a", "newer"]])
        }
        try write("no authority", "ca.crt")
        guard case .failed("identity", let reason)? = certificates.look(atOnce: true).last else {
            Issue.record("not told")
            return
        }
        #expect(reason.contains("ca.crt"))
        #expect(certificates.services.certificates.map(\.dnsNames) == [["proxy-a", "newer"]])
    }

    @Test func `at the start everything must be right`() throws {
        try issueInFolder("bad", ["bad.test"])
        try write("no key", "certs/bad/tls.key")
        let invalid = #expect(throws: EdgeProxyConfiguration.Invalid.self) { try EdgeCertificates(configuration()) }
        #expect(invalid?.field == "certs-dir")
        var nowhere = configuration()
        nowhere.certificates.folder = folder.file("nowhere")
        #expect(throws: EdgeProxyConfiguration.Invalid.self) { try EdgeCertificates(nowhere) }
    }
}
