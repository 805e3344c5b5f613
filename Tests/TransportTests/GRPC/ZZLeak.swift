import Foundation
import GRPCLite
import NIOPosix
import Testing
import Transport

@Suite struct ZZLeak {
    func rss() -> Int {
        let s = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return (Int(s?.split(separator: " ")[1] ?? "0") ?? 0) * 4
    }
    func fds() -> Int { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0 }

    @Test func `leak`() async throws {
        let service = TestService()
        let fleet = try TestFleet()
        let server = try await GRPCListener.start(host: "127.0.0.1", port: 0, tls: try fleet.server("proxy/a"), services: [service.definition], authorize: { _, _ in nil }, group: grpcLoops)
        let tls = try fleet.client("admin/me")
        let channel = GRPCClientChannel(host: "127.0.0.1", port: server.port, tls: tls, group: grpcLoops)
        for round in 0..<5 {
            let t = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 { group.addTask { for _ in 0..<200 { let _: Blob = try await channel.unary("/test.Echo/Unary", Blob("x")) } } }
                try await group.waitForAll()
            }
            print("round \(round) rss \(rss()) fds \(fds()) 10k calls in \(ContinuousClock.now - t)")
        }
        for round in 0..<4 {
            let t = ContinuousClock.now
            for _ in 0..<200 {
                let c = GRPCClientChannel(host: "127.0.0.1", port: server.port, tls: tls, group: grpcLoops)
                let _: Blob = try await c.unary("/test.Echo/Unary", Blob("x"))
                await c.shutdown()
            }
            print("churn \(round) rss \(rss()) fds \(fds()) 200 connections in \(ContinuousClock.now - t) open \(server.connectionCount)")
        }
        await channel.shutdown()
        await server.shutdown(grace: .zero)
    }
}
