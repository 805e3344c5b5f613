import GRPCLite
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
