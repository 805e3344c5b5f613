import EdgeProxy
import NIOCore
import NIOPosix
import Synchronization
import TestKit
import Testing
import Transport

/// What strangers may take of the HTTP port.
struct StatusServerTests {
    private let fixtures = EdgeFixtures()

    private func serving(
        _ limits: StatusServer.Limits, _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let server = StatusServer(
            address: NetworkAddress(host: "127.0.0.1", port: 0), metrics: fixtures.metrics, drain: DrainState(),
            limits: limits, logger: fixtures.logger
        ) { "" }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await server.run { listening.yield($0) }
                return false
            }
            group.addTask {
                for await port in ports {
                    try await body(port)
                    break
                }
                return true
            }
            defer { group.cancelAll() }
            while try await group.next() == false {}
        }
    }

    private func dial(_ port: Int, _ text: String) async throws -> ByteStream {
        let stream = try await Dialer.connect(
            host: "127.0.0.1", port: port, on: MultiThreadedEventLoopGroup.singleton.next(), timeout: .seconds(30))
        try await stream.write(ByteBuffer(string: text))
        return stream
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["", "GET /healthz HTT", "GET /healthz HTTP/1.1\r\nhost: x\r\n"])
    func `half a request does not hold a connection`(text: String) async throws {
        var limits = StatusServer.Limits()
        limits.idle = .milliseconds(50)
        try await serving(limits) { port in
            let stream = try await dial(port, text)
            while let bytes = try? await stream.read(), bytes.readableBytes > 0 {}
            await stream.close()
        }
    }

    @Test func `more connections than the limit wait for their turn`() async throws {
        var limits = StatusServer.Limits()
        limits.connections = 1
        try await serving(limits) { port in
            let first = try await dial(port, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            _ = try await first.read()
            let second = try await dial(port, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            let answered = Mutex(false)
            async let answer = {
                let bytes = try await second.read()
                answered.withLock { $0 = true }
                return bytes
            }()
            // The first is served again and again, the second not at all.
            for _ in 0..<50 {
                try await first.write(ByteBuffer(string: "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"))
                _ = try await first.read()
            }
            #expect(!answered.withLock { $0 })
            await first.close()
            #expect(try await answer != nil)
            await second.close()
        }
    }
}
