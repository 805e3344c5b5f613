import Foundation
import TLSEngine
import TestKit
import Testing

@testable import ControlPlane

struct AuthorityTests {
    private static let now: Int64 = 1_800_000_000
    private static let subject = Authority.Subject(
        commonName: "proxy-a", dnsNames: ["localhost"], uriNames: ["sidecar://proxy/proxy-a"])

    private func content(_ files: Authority.Files) throws -> String {
        try String(contentsOfFile: files.certificate, encoding: .utf8)
    }

    @Test func `the authority is made once`() throws {
        let folder = try TemporaryFolder()
        let first = try Authority(folder: folder.path, now: Self.now)
        #expect(try Authority(folder: folder.path, now: Self.now).certificatePEM == first.certificatePEM)
    }

    @Test func `private keys are for their owner alone`() throws {
        let folder = try TemporaryFolder()
        let files = try Authority(folder: folder.path, now: Self.now)
            .leaf("proxy-a", for: Self.subject, in: folder.path, now: Self.now)
        for key in [folder.file("ca.key"), files.privateKey] {
            let mode = try FileManager.default.attributesOfItem(atPath: key)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o600)
        }
    }

    @Test func `a leaf is kept while it has a third of its life, then made anew`() throws {
        let folder = try TemporaryFolder()
        let authority = try Authority(folder: folder.path, now: Self.now)
        let life = Authority.leafValidity.components.seconds
        let issue = { (now: Int64) in
            try content(authority.leaf("proxy-a", for: Self.subject, in: folder.path, now: now))
        }
        let first = try issue(Self.now)
        #expect(try issue(Self.now + life * 2 / 3 - 1) == first)
        #expect(try issue(Self.now + life * 2 / 3 + 2) != first)
    }

    @Test func `a leaf is made anew when it is to say something else, is missing, or is another authority's`() throws {
        let folder = try TemporaryFolder()
        let authority = try Authority(folder: folder.path, now: Self.now)
        let first = try content(authority.leaf("edge", for: Self.subject, in: folder.path, now: Self.now))
        var other = Self.subject
        other.dnsNames = ["*.example.org"]
        let files = try authority.leaf("edge", for: other, in: folder.path, now: Self.now)
        let second = try content(files)
        #expect(first != second)
        try FileManager.default.removeItem(atPath: files.privateKey)
        let third = try content(authority.leaf("edge", for: other, in: folder.path, now: Self.now))
        #expect(second != third)
        try FileManager.default.removeItem(atPath: folder.file("ca.key"))
        let replaced = try Authority(folder: folder.path, now: Self.now)
        #expect(try content(replaced.leaf("edge", for: other, in: folder.path, now: Self.now)) != third)
    }

    @Test func `what is issued can be served with`() throws {
        let folder = try TemporaryFolder()
        let authority = try Authority(folder: folder.path, now: Self.now)
        let files = try authority.leaf("proxy-a", for: Self.subject, in: folder.path, now: Self.now)
        _ = try TLSContext.server(
            certificateFile: files.certificate, privateKeyFile: files.privateKey,
            clientCAFile: authority.certificateFile)
    }
}
