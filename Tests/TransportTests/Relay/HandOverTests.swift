import Foundation
import NIOCore
import TestKit
import Testing
import Transport

/// Connections leave their channels for the relay while bytes are everywhere: in the kernel, in an inbox, in a queue, in
/// the middle of a TLS record. None may be lost, doubled or moved.
@Suite(.serialized)
struct HandOverTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    /// Both peers send known bytes in pieces cut at random, some of them before the relay begins. Each piece is a TLS
    /// record of its own where TLS is spoken, and the relay's side reads whatever part of it has come.
    @Test(arguments: RelayTests.Wrapping.allCases, 1...8 as ClosedRange<UInt64>)
    func `what is on its way when the relay begins arrives once and in order`(
        wrapping: RelayTests.Wrapping, seed: UInt64
    ) async throws {
        var dice = SeededDice(seed: seed)
        let toUpstream = ByteBuffer.pattern(Int.random(in: 8...600_000, using: &dice), seed: seed)
        let toClient = ByteBuffer.pattern(Int.random(in: 8...600_000, using: &dice), seed: seed &+ 99)
        let readFirst = Int.random(in: 0...40_000, using: &dice)
        let welcome = ByteBuffer.pattern(Int.random(in: 8...300_000, using: &dice), seed: seed &+ 7)
        let pause = Int.random(in: 0...3, using: &dice)
        let (server, client) = (try authority.server(), try authority.client())
        let (clientTLS, upstreamTLS) = (
            wrapping == .client || wrapping == .both, wrapping == .upstream || wrapping == .both
        )
        let heard = Slot<ByteBuffer>()
        let up = try await Loopback.listen { stream in
            do {
                if upstreamTLS { _ = try await stream.acceptTLS(server) }
                async let sent: Void = Self.send(toClient, seed: seed &+ 1, on: stream)
                heard.put(try await stream.readAll())
                try await sent
            } catch {
                Issue.record(error)
            }
        }
        let outcome = Slot<RelayOutcome>()
        let proxy = try await Loopback.listen { stream in
            do {
                // On whichever loop: the two need not share one.
                let other = try await Loopback.dial(up)
                if clientTLS { _ = try await stream.acceptTLS(server) }
                if upstreamTLS { _ = try await other.connectTLS(client, serverName: "db.example") }
                // As a login does: some is read, and what was too much is put back; and something long is written.
                if readFirst > 0, let bytes = try await stream.read() { stream.unread(bytes) }
                if readFirst > 20_000, let bytes = try await other.read() { other.unread(bytes) }
                for _ in 0..<pause { await Task.yield() }
                try await stream.write(welcome)
                outcome.put(await Relay.join(stream, other))
                await other.close()
            } catch {
                Issue.record(error)
            }
        }
        let stream = try await Loopback.dial(proxy)
        if clientTLS { _ = try await stream.connectTLS(client, serverName: "db.example") }
        async let sent: Void = Self.send(toUpstream, seed: seed &+ 2, on: stream)
        var all = try await stream.readAll()
        try await sent
        let first = all.readSlice(length: welcome.readableBytes)
        #expect(first == welcome && all == toClient, "seed \(seed), \(wrapping)")
        await proxy.waitForConnections()
        await up.waitForConnections()
        #expect(heard.peek == toUpstream, "seed \(seed), \(wrapping)")
        #expect(outcome.peek?.bytesFromClient == toUpstream.readableBytes)
        #expect(outcome.peek?.bytesToClient == toClient.readableBytes)
        await stream.close()
        await proxy.stopAccepting()
        await up.stopAccepting()
    }

    private static func send(_ bytes: ByteBuffer, seed: UInt64, on stream: ByteStream) async throws {
        var dice = SeededDice(seed: seed)
        var rest = bytes
        while rest.readableBytes > 0 {
            let most = Bool.random(using: &dice) ? 40 : 70_000
            let count = min(rest.readableBytes, Int.random(in: 1...most, using: &dice))
            try await stream.write(rest.readSlice(length: count) ?? ByteBuffer())
            if Int.random(in: 0..<4, using: &dice) == 0 { await Task.yield() }
        }
        try await stream.finishWriting()
    }

    @Test func `an end that came before the relay is passed on by it`() async throws {
        let heard = Slot<String>()
        let up = try await Loopback.listen { stream in
            heard.put(String(buffer: (try? await stream.readAll()) ?? ByteBuffer()))
            try? await stream.write("answer")
        }
        let proxy = try await Loopback.listen { stream in
            do {
                let other = try await Loopback.dial(up)
                let all = try await stream.readAll()
                stream.unread(all)
                #expect(await Relay.join(stream, other).ending == .finished(first: .client))
                await other.close()
            } catch {
                Issue.record(error)
            }
        }
        let stream = try await Loopback.dial(proxy)
        try await stream.write("question")
        try await stream.finishWriting()
        #expect(String(buffer: try await stream.readAll()) == "answer")
        #expect(heard.peek == "question")
        await stream.close()
        await proxy.waitForConnections()
    }

    @Test func `what a side said before it broke still reaches the other`() async throws {
        let heard = Slot<String>()
        let up = try await Loopback.listen { stream in
            heard.put(String(buffer: (try? await stream.readAll()) ?? ByteBuffer()))
        }
        let proxy = try await Loopback.listen { stream in
            do {
                let other = try await Loopback.dial(up)
                let said = try #require(try await stream.read())
                stream.unread(said)
                _ = try? await stream.write("x")
                try await eventually("the reset is noticed") { (try? await stream.write("x")) == nil }
                let outcome = await Relay.join(stream, other)
                if case .failed(.client, _) = outcome.ending {} else { Issue.record("\(outcome)") }
                await other.close()
            } catch {
                Issue.record(error)
            }
        }
        let stream = try await Loopback.dial(proxy)
        try await stream.write("last words")
        try await Task.sleep(for: .milliseconds(100))
        try await stream.reset()
        await proxy.waitForConnections()
        await up.waitForConnections()
        #expect(heard.peek == "last words")
    }

    @Test func `a second relay with the same stream is refused, and the first goes on`() async throws {
        let up = try await Loopback.echo()
        let isRefused = Slot<Bool>()
        let proxy = try await Loopback.listen { stream in
            do {
                let other = try await Loopback.dial(up)
                let third = try await Loopback.dial(up)
                let control = RelayControl()
                let first = Task { await Relay.join(stream, other, control: control) }
                try await eventually("the first relay runs") { await control.snapshot() != nil }
                #expect(await Relay.join(stream, third).ending == .unusable)
                #expect(await Relay.join(stream, stream).ending == .unusable)
                // It was left alone.
                try await third.write("ping")
                #expect(try await third.readText(count: 4) == "ping")
                await third.close()
                isRefused.put(true)
                #expect(await first.value.ending == .finished(first: .client))
                await other.close()
            } catch {
                Issue.record(error)
            }
        }
        let stream = try await Loopback.dial(proxy)
        try await stream.write("hello")
        #expect(try await stream.readText(count: 5) == "hello")
        try await eventually("the second relay is refused") { isRefused.peek == true }
        try await stream.finishWriting()
        #expect(try await stream.readAll().readableBytes == 0)
        await stream.close()
        await proxy.waitForConnections()
    }

    @Test func `a thousand sessions leave no descriptor behind`() async throws {
        let up = try await Loopback.echo()
        let proxy = try await Loopback.listen { stream in
            guard let other = try? await Loopback.dial(up) else { return }
            _ = await Relay.join(stream, other)
            await other.close()
        }
        @Sendable func session(_ index: Int) async throws {
            let stream = try await Loopback.dial(proxy)
            try await stream.write("hello")
            #expect(try await stream.readText(count: 5) == "hello")
            // In order, in haste, and without a word.
            switch index % 3 {
            case 0: await stream.close()
            case 1: await stream.abandon()
            default: try await stream.reset()
            }
        }
        @Sendable func descriptors() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        }
        try await session(0)
        await proxy.waitForConnections()
        await up.waitForConnections()
        let before = try descriptors()
        for round in 0..<20 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<50 { group.addTask { try await session(round + index) } }
                try await group.waitForAll()
            }
        }
        await proxy.waitForConnections()
        await up.waitForConnections()
        // Other suites open and close their own meanwhile.
        try await eventually("all descriptors are closed") { try descriptors() < before + 100 }
    }

    @Test func `an engine's threads end with it, and not before its last session`() async throws {
        let up = try await Loopback.echo()
        let proxy = try await Loopback.listen { stream in
            guard let other = try? await Loopback.dial(up) else { return }
            _ = await Relay.join(stream, other, on: RelayEngine(threads: 2))
            await other.close()
        }
        let stream = try await Loopback.dial(proxy)
        try await stream.write("hello")
        #expect(try await stream.readText(count: 5) == "hello")
        await stream.close()
        await proxy.waitForConnections()
        #expect(proxy.connectionCount == 0)
    }
}
