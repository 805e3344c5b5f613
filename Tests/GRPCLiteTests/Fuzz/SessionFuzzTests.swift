import TestKit
import Testing

@testable import GRPCLite

/// Conversations with frames of all kinds, right and wrong, for the server's and the client's connection.
@Suite struct SessionFuzzTests {
    typealias Peer = HostilePeer

    @Test func `no bytes bring the server down, and what they open is closed in the end`() throws {
        var (opened, answered) = (0, 0)
        for number in 0..<UInt64(Fuzzing.inputs) {
            let seed = Fuzzing.seed &+ number
            var dice = SeededDice(seed: seed)
            let offences = OffenceCounters()
            let now = ContinuousClock.now
            let server = try ServerConnection(
                methods: Self.methods, peer: .anonymous, authorize: { _, _ in nil }, offences: offences, at: now,
                wake: {})
            var isFirst = true
            for piece in conversation(&dice, opening: Peer.preface) where !server.isFinished {
                server.receive((isFirst ? dice.chance(50) ? dice.mutated(piece) : piece : piece).span.bytes, at: now)
                isFirst = false
                opened += server.openCalls
                while case let output = server.takeOutput(limit: 65536, at: now), !output.isEmpty {
                    answered += output.count
                    if answered < 0 { return }
                }
                _ = server.takeTimerChanges(at: now)
                if dice.chance(10) {
                    let timers: [ConnectionTimer] = [
                        .keepalive, .stalledStreams, .deadline(1), .headerBlockDue, .shutdownHeard, .idle, .maxAge,
                    ]
                    if let timer = timers.randomElement(using: &dice) { server.timerFired(timer) }
                }
            }
            server.connectionLost()
            guard server.openCalls == 0 else {
                Issue.record("seed \(seed)")
                return
            }
        }
        // Otherwise all this has tried nothing.
        #expect(opened > 0)
        #expect(answered > 0)
    }

    @Test func `no bytes bring the client down, and every call ends`() throws {
        for number in 0..<UInt64(Fuzzing.inputs / 2) {
            let seed = Fuzzing.seed &+ number
            var dice = SeededDice(seed: seed)
            let now = ContinuousClock.now
            let client = try ClientConnection(authority: "a", isSecure: false, at: now, wake: {})
            let calls = try (0..<3).map { _ in
                try client.caller.open("/test.Echo/Unary", CallOptions(), timeout: nil)
            }
            _ = client.takeOutput(limit: 65536, at: now)
            for piece in conversation(&dice, opening: []) where !client.isFinished {
                client.receive(piece.span.bytes, at: now)
                _ = client.takeOutput(limit: 65536, at: now)
                _ = client.takeTimerChanges(at: now)
            }
            client.connectionLost()
            guard calls.allSatisfy({ $0.inbound.hasEnded }) else {
                Issue.record("seed \(seed)")
                return
            }
        }
    }

    /// Both sides speak HTTP/2 and gRPC as they should until some are changed of the frames that one of them sends: calls of all
    /// kinds are under way then, and the header tables, windows and messages are such as they come to be.
    @Test(arguments: FuzzedConversation.Way.allCases)
    func `a conversation that was well under way ends, and nothing is left of it`(way: FuzzedConversation.Way) throws {
        var (deep, seen) = (0, Set<HTTP2Offence>())
        for number in 0..<UInt64(Fuzzing.inputs) {
            let seed = Fuzzing.seed &+ number
            let conversation = try FuzzedConversation(way, SeededDice(seed: seed))
            guard conversation.run() else {
                Issue.record("seed \(seed)")
                return
            }
            if conversation.openAtFirstChange > 0 { deep += 1 }
            for counters in [conversation.clientOffences, conversation.serverOffences] {
                seen.formUnion(HTTP2Offence.allCases.filter { counters[$0] > 0 })
            }
        }
        // Otherwise it was no better than noise.
        #expect(deep > Fuzzing.inputs / 4)
        #expect(seen.count >= 5, "\(seen)")
    }

    /// Handlers that answer at once: no task outlives its input.
    private static let methods = MethodTable([
        ServiceDefinition(
            name: "test.Echo", methods: [MethodHandler.unary("/test.Echo/Unary") { (request: Blob, _) in request }])
    ])

    private func conversation(_ dice: inout SeededDice, opening: [UInt8]) -> [[UInt8]] {
        var pieces = [opening + Peer.frame(4)]
        for _ in 0..<Int.random(in: 1...12, using: &dice) {
            let stream = Int.random(in: 0...9, using: &dice)
            var bytes: [UInt8]
            switch Int.random(in: 0..<10, using: &dice) {
            case 0, 1, 2: bytes = Peer.call(stream) + Peer.message(dice.bytes(0...60), on: stream)
            case 3: bytes = Peer.call(stream, dice.chance(2) ? "/test.Echo/Unary" : "/nobody/Home")
            case 4: bytes = Peer.message(dice.bytes(0...60), on: stream, ends: dice.chance(2))
            case 5: bytes = Peer.reset(stream)
            case 6: bytes = Peer.frame(8, stream: stream, payload: dice.bytes(4...4))
            case 7:
                let answer = [(":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "0")]
                bytes = Peer.frame(
                    1, flags: dice.chance(2) ? 5 : 4, stream: stream, payload: Peer.block(answer))
            case 8: bytes = Peer.frame(1, flags: 4, stream: stream, payload: dice.bytes(0...80))
            default:
                bytes = Peer.frame(
                    UInt8.random(in: 0...12, using: &dice), flags: UInt8.random(in: 0...255, using: &dice),
                    stream: stream, payload: dice.bytes(0...40))
            }
            if dice.chance(4) { bytes = dice.mutated(bytes) }
            // In two pieces now and then: nothing depends on where a read ends.
            let cut = dice.chance(3) ? Int.random(in: 0...bytes.count, using: &dice) : 0
            pieces += [Array(bytes[..<cut]), Array(bytes[cut...])].filter { !$0.isEmpty }
        }
        return pieces
    }
}
