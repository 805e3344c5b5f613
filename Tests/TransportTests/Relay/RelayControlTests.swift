import NIOCore
import PostgresWire
import TestKit
import Testing
import Transport

/// A relay that follows a session's messages, and what its control makes of it.
struct RelayControlTests {
    /// A client and a server at either end of a relay; the test speaks for both.
    private struct Pair {
        let control = RelayControl()
        let client: ByteStream
        let server: ByteStream
        let outcome: Slot<RelayOutcome>
        private let sockets: [ListeningSocket]
        private let done = Slot<Bool>()

        init(limits: RelayLimits = RelayLimits()) async throws {
            let accepted = Slot<ByteStream>()
            let isOver = done
            let up = try await Loopback.listen { stream in
                accepted.put(stream)
                try? await eventually("the test is over", within: .seconds(60)) { isOver.peek == true }
            }
            let outcome = Slot<RelayOutcome>()
            let proxy = try await Loopback.listen { [control] stream in
                do {
                    let other = try await Loopback.dial(up)
                    outcome.put(
                        await Relay.join(
                            stream, other, following: QueryCycle(after: .idle), control: control, limits: limits))
                    // In a test that closes the client first there is nobody to hear it.
                    if outcome.peek?.isClientAddressable == true { try? await stream.write("last") }
                    await other.close()
                } catch {
                    Issue.record(error)
                }
            }
            client = try await Loopback.dial(proxy)
            try await eventually("the server is reached") { accepted.peek != nil }
            server = try #require(accepted.peek)
            self.outcome = outcome
            sockets = [up, proxy]
        }

        func ask(_ tag: Character) async throws {
            try await client.write(.message(tag))
            _ = try await server.readText(count: 5)
        }

        /// - Returns: what the client read, which may be more.
        @discardableResult
        func answer(_ state: ReadyForQuery.TransactionState) async throws -> String {
            var bytes = ByteBuffer()
            ReadyForQuery(state: state).encode(into: &bytes)
            try await server.write(bytes)
            return try await client.readText(count: bytes.readableBytes)
        }

        func ended() async throws -> RelayOutcome {
            try await eventually("the relay ends") { outcome.peek != nil }
            return try #require(outcome.peek)
        }

        func close() async {
            done.put(true)
            await client.close()
            for socket in sockets {
                await socket.waitForConnections()
                await socket.stopAccepting()
            }
        }
    }

    @Test func `asked while a query runs, the relay ends behind its answer`() async throws {
        let pair = try await Pair()
        try await pair.ask("Q")
        pair.control.endAtIdlePoint()
        try await pair.answer(.inTransaction)
        try await pair.ask("S")
        #expect(await pair.control.snapshot()?.isIdle == false)
        #expect(pair.outcome.peek == nil)
        let heard = try await pair.answer(.idle)
        #expect(try await pair.ended().ending == .idlePointReached)
        #expect((heard + String(buffer: try await pair.client.readAll())).hasSuffix("Ilast"))
        await pair.close()
    }

    @Test func `asked while nothing is under way, the relay ends at once`() async throws {
        let pair = try await Pair()
        try await pair.ask("Q")
        try await pair.answer(.idle)
        pair.control.endAtIdlePoint()
        #expect(try await pair.ended().ending == .idlePointReached)
        await pair.close()
    }

    @Test func `what was asked for before the relay began is done when it begins`() async throws {
        let control = RelayControl()
        control.endAtIdlePoint()
        let up = try await Loopback.echo()
        let ending = Slot<RelayOutcome.Ending>()
        let proxy = try await Loopback.listen { stream in
            guard let other = try? await Loopback.dial(up) else { return }
            ending.put(
                await Relay.join(stream, other, following: QueryCycle(after: .idle), control: control).ending)
            await other.close()
        }
        let client = try await Loopback.dial(proxy)
        try await eventually("the relay ends") { ending.peek != nil }
        #expect(ending.peek == .idlePointReached)
        #expect(await control.snapshot() == nil)
        await client.close()
    }

    @Test func `an end at once comes in the middle of a query too`() async throws {
        let pair = try await Pair()
        try await pair.ask("Q")
        pair.control.endNow()
        let outcome = try await pair.ended()
        #expect(outcome.ending == .cancelled && outcome.isClientAddressable && outcome.bytesFromClient == 5)
        await pair.close()
    }

    @Test func `in the middle of a row the client is not spoken to`() async throws {
        let pair = try await Pair()
        try await pair.server.write(ByteBuffer(bytes: [0x44, 0, 0, 0, 100, 1, 2, 3]))
        _ = try await pair.client.readText(count: 8)
        pair.control.endNow()
        let outcome = try await pair.ended()
        #expect(outcome.ending == .cancelled && !outcome.isClientAddressable)
        #expect(try await pair.client.readAll().readableBytes == 0)
        await pair.close()
    }

    @Test func `LISTEN is noted, and a command of the same letter is not`() async throws {
        let pair = try await Pair()
        for (command, isListening) in [("LOAD", false), ("LOCK TABLE", false), ("LISTEN", true)] {
            try await pair.ask("Q")
            var complete = ByteBuffer()
            complete.writeInteger(UInt8(ascii: "C"))
            complete.writeInteger(UInt32(command.utf8.count + 5))
            complete.writeString(command + "\0")
            try await pair.server.write(complete)
            _ = try await pair.client.readText(count: complete.readableBytes)
            try await pair.answer(.idle)
            #expect(pair.control.hasListened == isListening, "\(command)")
        }
        await pair.close()
    }

    @Test(arguments: [false, true])
    func `a server that ends without a word has failed, and the client can still be spoken to`(
        isExplained: Bool
    ) async throws {
        let pair = try await Pair()
        try await pair.ask("Q")
        if isExplained { try await pair.server.write(.message("E")) }
        try await pair.server.finishWriting()
        if isExplained {
            _ = try await pair.client.readAll()
            #expect(pair.outcome.peek == nil)
        } else {
            guard case .failed(.upstream, _) = try await pair.ended().ending else {
                Issue.record("\(String(describing: pair.outcome.peek))")
                return await pair.close()
            }
            #expect(String(buffer: try await pair.client.readAll()) == "last")
        }
        await pair.close()
    }

    @Test func `counters can be read while the relay runs, and not after`() async throws {
        let pair = try await Pair()
        try await pair.ask("Q")
        try await pair.answer(.idle)
        let first = try #require(await pair.control.snapshot())
        #expect(first.bytesFromClient == 5 && first.bytesToClient == 6 && first.isIdle)
        try await pair.ask("Q")
        let second = try #require(await pair.control.snapshot())
        #expect(second.bytesFromClient == 10 && !second.isIdle && second.lastActivity >= first.lastActivity)
        pair.control.endNow()
        _ = try await pair.ended()
        #expect(await pair.control.snapshot() == nil)
        pair.control.endNow()
        pair.control.endAtIdlePoint()
        await pair.close()
    }

    @Test func `a session that is silent for too long is ended, and one that speaks is not`() async throws {
        var limits = RelayLimits()
        limits.idle = .milliseconds(400)
        // Its time begins somewhere in there.
        var (spoke, longest) = (ContinuousClock.now, Duration.zero)
        let pair = try await Pair(limits: limits)
        let start = ContinuousClock.now
        // A machine that is busy elsewhere may make us silent for longer than we want, and a word may come on its heels.
        while pair.outcome.peek == nil, start.duration(to: .now) < .milliseconds(800) {
            let began = ContinuousClock.now
            guard (try? await pair.ask("Q")) != nil else { break }
            longest = max(longest, spoke.duration(to: .now))
            spoke = began
            try await Task.sleep(for: .milliseconds(20))
        }
        let outcome = try await pair.ended()
        #expect(max(longest, spoke.duration(to: .now)) >= .milliseconds(400))
        #expect(outcome.ending == .idleLimitReached && outcome.isClientAddressable)
        await pair.close()
    }
}

extension ByteBuffer {
    /// A message without a body.
    static func message(_ tag: Character) -> ByteBuffer {
        ByteBuffer(bytes: [tag.asciiValue ?? 0, 0, 0, 0, 4])
    }
}
