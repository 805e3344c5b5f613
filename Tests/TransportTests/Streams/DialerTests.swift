import NIOCore
import TestKit
import Testing
import Transport

struct DialerTests {
    private let loop = Loopback.anyLoop()

    @Test func `nobody listens`() async throws {
        // Not one that the kernel would give to somebody else meanwhile.
        let port = try PostgresServer.freePort()
        await expect(.refused, host: "127.0.0.1", port: port)
        await expect(.refused, host: "localhost", port: port)
    }

    @Test func `nobody has that name`() async {
        await expect(.nameNotFound, host: "nobody.invalid", port: 5432)
    }

    @Test(arguments: [-1, 65536]) func `a port has 16 bits`(port: Int) async {
        await expect(.other, host: "127.0.0.1", port: port)
    }

    @Test func `names are resolved`() async throws {
        let socket = try await Loopback.echo()
        let stream = try await Dialer.connect(
            host: "localhost", port: socket.port, on: loop, timeout: .seconds(10))
        #expect(stream.eventLoop === loop)
        #expect(stream.remoteAddress?.port == socket.port)
        await stream.close()
        await socket.stopAccepting()
    }

    @Test func `a cancelled dial ends at once`() async throws {
        let socket = try await Loopback.echo()
        let port = socket.port
        let dial = Task { [loop] () async -> DialFailure.Reason? in
            do throws(DialFailure) {
                let stream = try await Dialer.connect(host: "127.0.0.1", port: port, on: loop, timeout: .seconds(10))
                await stream.close()
                return nil
            } catch {
                return error.reason
            }
        }
        dial.cancel()
        // It may have connected first.
        #expect([nil, .cancelled].contains(await dial.value))
        await socket.waitForConnections()
        await socket.stopAccepting()
    }

    private func expect(_ reason: DialFailure.Reason, host: String, port: Int) async {
        let failure = await #expect(throws: DialFailure.self) {
            try await Dialer.connect(host: host, port: port, on: loop, timeout: .seconds(10))
        }
        #expect(failure?.reason == reason, "\(String(describing: failure))")
    }
}
