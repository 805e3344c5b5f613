import Foundation
import GRPCLite
import Synchronization
import TLSEngine
import TestKit
import Testing
import Transport

@Suite(.timeLimit(.minutes(1))) struct GRPCMutualTLSTests {
    let service = TestService()

    @Test func `both sides learn who the other is`() async throws {
        let fleet = try TestFleet()
        try await withGRPCServer([service.definition], tls: try fleet.server("proxy/proxy-a")) { server in
            let channel = GRPCClientChannel(
                host: "127.0.0.1", port: server.port, tls: try fleet.client("compute/demo/compute-demo-1"),
                expectedPeer: { $0.uriNames == ["sidecar://proxy/proxy-a"] }, group: grpcLoops)
            let who: Blob = try await channel.unary("/test.Echo/Who", Blob(""))
            #expect(who.text == "sidecar://compute/demo/compute-demo-1")
            let echoed: Blob = try await channel.unary("/test.Echo/Unary", Blob(size: 1_000_000))
            #expect(echoed == Blob(size: 1_000_000))
            await channel.shutdown()
        }
    }

    private final class News: Sendable {
        private let state = Mutex<[Bool]>([])
        var all: [Bool] { state.withLock { $0 } }
        func add(wasTaken: Bool) { state.withLock { $0.append(wasTaken) } }
    }

    @Test func `a certificate is exchanged under a running call, and a bad one is not taken`() async throws {
        let (fleet, news) = (try TestFleet(), News())
        let (files, next) = (try fleet.files("proxy/proxy-a"), try fleet.files("proxy/proxy-b"))
        let read: @Sendable () throws -> TLSContext = {
            try .server(
                certificateFile: files.certificate, privateKeyFile: files.key, alpn: ["h2"],
                clientCAFile: fleet.authorityFile)
        }
        let tls = try read()
        let renewal = TLSRenewal(
            files: [files.certificate, files.key], interval: .milliseconds(5), [(context: tls, read: read)])
        try await withGRPCServer([service.definition], tls: tls) { server in
            func channel(_ expected: String) throws -> GRPCClientChannel {
                GRPCClientChannel(
                    host: "127.0.0.1", port: server.port, tls: try fleet.client("admin/me"),
                    expectedPeer: { $0.uriNames == ["sidecar://proxy/\(expected)"] }, connectLimit: .seconds(20),
                    group: grpcLoops)
            }
            let old = try channel("proxy-a")
            let call = try await old.bidirectional("/test.Echo/Chat", of: (Blob.self, Blob.self))
            var answers = call.responses.makeAsyncIterator()
            try await call.send(Blob("1"))
            #expect(try await answers.next()?.text == "1")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await renewal.run { news.add(wasTaken: $0 == nil) } }
                defer { group.cancelAll() }
                try "no certificate".write(toFile: files.certificate, atomically: true, encoding: .utf8)
                try await eventually("the bad one is looked at") { news.all == [false] }
                let same = try channel("proxy-a")
                let _: Blob = try await same.unary("/test.Echo/Unary", Blob("x"))
                await same.shutdown()
                for (from, to) in [(next.certificate, files.certificate), (next.key, files.key)] {
                    try String(contentsOfFile: from, encoding: .utf8).write(
                        toFile: to, atomically: true, encoding: .utf8)
                }
                try await eventually("the new one is taken") { news.all.last == true }
            }
            let new = try channel("proxy-b")
            let _: Blob = try await new.unary("/test.Echo/Unary", Blob("x"))
            try await call.send(Blob("2"))
            #expect(try await answers.next()?.text == "2")
            await old.shutdown()
            await new.shutdown()
        }
    }

    @Test func `a server that is somebody else is not called`() async throws {
        let fleet = try TestFleet()
        try await withGRPCServer([service.definition], tls: try fleet.server("proxy/proxy-b")) { server in
            let channel = GRPCClientChannel(
                host: "127.0.0.1", port: server.port, tls: try fleet.client("admin/me"),
                expectedPeer: { $0.uriNames == ["sidecar://proxy/proxy-a"] }, group: grpcLoops)
            let error = await #expect(throws: GRPCStatus.self) {
                let _: Blob = try await channel.unary("/test.Echo/Unary", Blob("x"))
            }
            #expect(error?.code == .unavailable)
            await channel.shutdown()
        }
    }

    @Test func `a client without a certificate gets no answer`() async throws {
        let fleet = try TestFleet()
        try await withGRPCServer([service.definition], tls: try fleet.server("proxy/proxy-a")) { server in
            let channel = GRPCClientChannel(
                host: "127.0.0.1", port: server.port, tls: try fleet.stranger(), group: grpcLoops)
            let error = await #expect(throws: GRPCStatus.self) {
                let _: Blob = try await channel.unary("/test.Echo/Unary", Blob("x"))
            }
            #expect(error?.code == .unavailable)
            await channel.shutdown()
        }
    }

    @Test func `a client of another authority gets no answer`() async throws {
        let (fleet, foreign) = (try TestFleet(), try TestFleet())
        try await withGRPCServer([service.definition], tls: try fleet.server("proxy/proxy-a")) { server in
            let channel = GRPCClientChannel(
                host: "127.0.0.1", port: server.port, tls: try foreign.client("admin/me"), group: grpcLoops)
            let error = await #expect(throws: GRPCStatus.self) {
                let _: Blob = try await channel.unary("/test.Echo/Unary", Blob("x"))
            }
            #expect(error?.code == .unavailable)
            await channel.shutdown()
        }
    }

    @Test func `the authorization sees the proven name`() async throws {
        let fleet = try TestFleet()
        let adminsOnly: CallAuthorization = { _, peer in
            peer.uriNames.contains { $0.hasPrefix("sidecar://admin/") }
                ? nil : GRPCStatus(.permissionDenied, "admins only")
        }
        try await withGRPCServer(
            [service.definition], tls: try fleet.server("proxy/proxy-a"), authorize: adminsOnly
        ) { server in
            for (name, isAllowed) in [("admin/me", true), ("proxy/proxy-b", false)] {
                let channel = GRPCClientChannel(
                    host: "localhost", port: server.port, tls: try fleet.client(name), group: grpcLoops)
                do {
                    let _: Blob = try await channel.unary("/test.Echo/Unary", Blob("x"))
                    #expect(isAllowed)
                } catch {
                    #expect(!isAllowed)
                    #expect(error as? GRPCStatus == GRPCStatus(.permissionDenied, "admins only"))
                }
                await channel.shutdown()
            }
        }
    }
}
