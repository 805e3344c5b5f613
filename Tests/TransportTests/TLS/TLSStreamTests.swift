import NIOCore
import TLSEngine
import Testing
import Transport

struct TLSStreamTests {
    let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    @Test func `a stream becomes TLS in the middle of its life`() async throws {
        let server = try authority.server(alpn: ["postgresql"], clients: true)
        let seen = Slot<TLSPeer>()
        let socket = try await Loopback.listen { stream in
            do {
                #expect(try await stream.readText() == "S?")
                try await stream.write("S")
                seen.put(try await stream.acceptTLS(server))
                while let bytes = try await stream.read() { try await stream.write(bytes) }
                try await stream.finishWriting()
            } catch {
                Issue.record(error)
            }
        }
        let stream = try await Loopback.dial(socket)
        try await stream.write("S?")
        #expect(try await stream.readText() == "S")
        let peer = try await stream.connectTLS(
            authority.client(alpn: ["postgresql"], uriNames: ["sidecar://proxy/a"]), serverName: "db.example")
        #expect(peer.alpn == "postgresql")
        let long = ByteBuffer.pattern(3_000_000)
        async let echo = stream.readAll()
        try await stream.write(long)
        try await stream.finishWriting()
        #expect(try await echo == long)
        #expect(seen.peek?.uriNames == ["sidecar://proxy/a"])
        #expect(seen.peek?.serverName == "db.example")
        await stream.close()
        await socket.waitForConnections()
        await socket.stopAccepting()
    }

    @Test func `a peer that has ended is not waited for in a handshake`() async throws {
        let server = try authority.server()
        let socket = try await Loopback.listen { stream in
            do {
                var first = try #require(try await stream.read())
                while var more = try await stream.read() { first.writeBuffer(&more) }
                await #expect(throws: StreamFailure.self) {
                    _ = try await stream.acceptTLS(server, firstBytes: first)
                }
            } catch {
                Issue.record(error)
            }
        }
        let stream = try await Loopback.dial(socket)
        try await stream.write(ByteBuffer(bytes: [0x16, 0x03, 0x01, 0x00, 0x05, 0x01, 0x00, 0x00, 0x01]))
        try await stream.finishWriting()
        #expect(try await stream.read() == nil)
        await stream.close()
        await socket.waitForConnections()
        await socket.stopAccepting()
    }

    @Test func `ciphertext read before the handshake is not lost`() async throws {
        let server = try authority.server()
        let socket = try await Loopback.listen { stream in
            do {
                let first = try #require(try await stream.read())
                #expect(first.getInteger(at: first.readerIndex, as: UInt8.self) == 0x16)
                _ = try await stream.acceptTLS(server, firstBytes: first)
                try await stream.write("direct")
                try await stream.finishWriting()
            } catch {
                Issue.record(error)
            }
        }
        let stream = try await Loopback.dial(socket)
        _ = try await stream.connectTLS(authority.client(), serverName: "db.example")
        #expect(String(buffer: try await stream.readAll()) == "direct")
        await stream.close()
        await socket.stopAccepting()
    }

    @Test func `surplus in clear before the handshake is refused`() async throws {
        let server = try authority.server()
        let seen = Slot<StreamFailure.Reason>()
        let socket = try await Loopback.listen { stream in
            stream.unread(ByteBuffer(string: "injected"))
            do { _ = try await stream.acceptTLS(server) } catch {
                seen.put((error as? StreamFailure)?.reason ?? .other)
            }
        }
        let stream = try await Loopback.dial(socket)
        #expect(try await stream.read() == nil)
        #expect(seen.peek == .plaintextBeforeTLS)
        await stream.close()
        await socket.stopAccepting()
    }

    @Test func `a refused certificate is heard of on both sides`() async throws {
        let server = try authority.server()
        let seen = Slot<StreamFailure>()
        let socket = try await Loopback.listen { stream in
            do {
                _ = try await stream.acceptTLS(server)
                _ = try await stream.read()
            } catch { seen.put(error as? StreamFailure ?? StreamFailure(.other, "\(error)")) }
        }
        let stream = try await Loopback.dial(socket)
        let failure = await #expect(throws: StreamFailure.self) {
            _ = try await stream.connectTLS(authority.client(), serverName: "other.example")
        }
        #expect(failure?.tls?.reason == .nameMismatch)
        await stream.close()
        await socket.waitForConnections()
        #expect(seen.peek?.tls?.reason == .refusedByPeer)
        await socket.stopAccepting()
    }

    @Test func `a client that is not TLS ends the handshake`() async throws {
        let server = try authority.server()
        let seen = Slot<StreamFailure>()
        let socket = try await Loopback.listen { stream in
            do { _ = try await stream.acceptTLS(server) } catch {
                seen.put(error as? StreamFailure ?? StreamFailure(.other, "\(error)"))
            }
        }
        let stream = try await Loopback.dial(socket)
        try await stream.write(.pattern(100_000))
        // OpenSSL has no alert for this; but the end is an end and no reset, though most of it was never read.
        #expect(try await stream.readAll().readableBytes == 0)
        await stream.close()
        await socket.waitForConnections()
        #expect(seen.peek?.tls?.reason == .protocolViolation)
        await socket.stopAccepting()
    }

    @Test func `an end without close_notify is a cut`() async throws {
        let server = try authority.server()
        let socket = try await Loopback.listen { stream in
            _ = try? await stream.acceptTLS(server)
            try? await stream.write("half a mess")
            // Below the TLS handler, so that nothing says goodbye.
            try? await stream.eventLoop.submit {
                try stream.channel?.pipeline.syncOperations.context(handlerType: TLSHandler.self).close(
                    mode: .output, promise: nil)
            }.get()
            _ = try? await stream.read()
        }
        let stream = try await Loopback.dial(socket)
        _ = try await stream.connectTLS(authority.client(), serverName: "db.example")
        #expect(try await stream.readText() == "half a mess")
        let failure = await #expect(throws: StreamFailure.self) { _ = try await stream.read() }
        #expect(failure?.reason == .truncated)
        await stream.close()
        await socket.stopAccepting()
    }

    @Test func `a handshake that waits ends with its task`() async throws {
        let socket = try await Loopback.listen { stream in
            while (try? await stream.read()) != nil {}
        }
        let stream = try await Loopback.dial(socket)
        let context = try authority.client()
        let handshake = Task { _ = try await stream.connectTLS(context, serverName: "db.example") }
        handshake.cancel()
        await #expect(throws: CancellationError.self) { try await handshake.value }
        await stream.close()
        await socket.waitForConnections()
        await socket.stopAccepting()
    }
}
