import NIOCore
import PostgresWire
import TestKit
import Testing

struct QueryCycleTests {
    /// One side's frames, each with a body unless its tag is one that has none.
    private enum Step: Sendable {
        case client(String)
        case server(String)
        /// ReadyForQuery with this state.
        case ready(ReadyForQuery.TransactionState)
    }

    private struct Story: Sendable, CustomTestStringConvertible {
        var name: String
        var steps: [Step]
        /// After each step.
        var idle: [Bool]
        var testDescription: String { name }
    }

    private static let stories = [
        Story(
            name: "a simple query", steps: [.client("Q"), .server("TDC"), .ready(.idle)], idle: [false, false, true]),
        Story(name: "notices between queries", steps: [.server("NAS")], idle: [true]),
        Story(
            name: "a transaction",
            steps: [.client("Q"), .ready(.inTransaction), .client("Q"), .ready(.failed), .client("Q"), .ready(.idle)],
            idle: [false, false, false, false, false, true]),
        Story(
            name: "two queries ahead of their answers",
            steps: [.client("QQ"), .server("C"), .ready(.idle), .server("C"), .ready(.idle)],
            idle: [false, false, false, false, true]),
        Story(
            name: "a pipeline of extended queries",
            steps: [.client("PBDES"), .client("BES"), .ready(.idle), .client("BE"), .ready(.idle)],
            idle: [false, false, false, false, false]),
        Story(
            name: "what waits for its Sync",
            steps: [.client("PBEH"), .server("12DC"), .client("S"), .ready(.idle)], idle: [false, false, false, true]),
        Story(
            name: "a function call", steps: [.client("F"), .server("V"), .ready(.idle)], idle: [false, false, true]),
        Story(
            name: "an error in a pipeline", steps: [.client("PBES"), .server("E"), .ready(.idle)],
            idle: [false, false, true]),
        Story(
            name: "COPY from the client, simple",
            steps: [.client("Q"), .server("G"), .client("ddc"), .server("C"), .ready(.idle)],
            idle: [false, false, false, false, true]),
        Story(
            name: "COPY from the client, simple, refused while data is on its way",
            steps: [.client("Q"), .server("G"), .client("d"), .server("E"), .ready(.idle), .client("ddf")],
            idle: [false, false, false, false, true, true]),
        Story(
            name: "COPY from the client, extended: the Sync behind the Execute is dropped",
            steps: [.client("PBES"), .server("12G"), .client("dc"), .client("S"), .server("C"), .ready(.idle)],
            idle: [false, false, false, false, false, true]),
        Story(
            name: "COPY from the client, extended, with a Sync in its middle",
            steps: [.client("PBES"), .server("G"), .client("dSHd"), .client("cS"), .ready(.idle)],
            idle: [false, false, false, false, true]),
        Story(
            name: "COPY from the client, extended, refused before a byte of data",
            steps: [.client("PBES"), .server("12E"), .ready(.idle)], idle: [false, false, true]),
        Story(
            name: "COPY to the client", steps: [.client("Q"), .server("HddcC"), .ready(.idle)],
            idle: [false, false, true]),
        Story(
            name: "replication",
            steps: [.client("Q"), .server("Wdd"), .client("d"), .client("c"), .server("cC"), .ready(.idle)],
            idle: [false, false, false, false, false, true]),
        Story(name: "a goodbye", steps: [.client("X")], idle: [false]),
        Story(name: "a message nobody knows", steps: [.client("!")], idle: [false]),
        Story(
            name: "a server that says more than it was asked", steps: [.ready(.idle), .client("Q")],
            idle: [true, false]),
    ]

    private static func bytes(_ step: Step) -> ByteBuffer {
        var buffer = ByteBuffer()
        switch step {
        case .client(let tags), .server(let tags):
            for tag in tags.utf8 {
                let isEmpty = "SHXc12".utf8.contains(tag)
                buffer.writeFrame(tag: tag) { if !isEmpty { $0.writeBytes([7, 8, 9]) } }
            }
        case .ready(let state):
            ReadyForQuery(state: state).encode(into: &buffer)
        }
        return buffer
    }

    private static func pass(_ bytes: ByteBuffer, of step: Step, _ cycle: inout QueryCycle) {
        switch step {
        case .client: cycle.clientSent(bytes.readableBytesSpan)
        case .server, .ready: cycle.serverSent(bytes.readableBytesSpan)
        }
    }

    @Test(arguments: stories) private func `idle is known after each step`(story: Story) {
        var cycle = QueryCycle(after: .idle)
        #expect(cycle.isIdle && cycle.isClientAddressable)
        for (index, step) in story.steps.enumerated() {
            Self.pass(Self.bytes(step), of: step, &cycle)
            #expect(cycle.isIdle == story.idle[index], "after step \(index)")
            #expect(cycle.isClientAddressable)
        }
    }

    @Test(arguments: stories, 1...6 as ClosedRange<UInt64>)
    private func `however the bytes are cut, the answers are the same`(story: Story, seed: UInt64) {
        var dice = SeededDice(seed: seed)
        var whole = QueryCycle(after: .idle)
        var cut = QueryCycle(after: .idle)
        for step in story.steps {
            var bytes = Self.bytes(step)
            Self.pass(bytes, of: step, &whole)
            let wasClient = if case .client = step { true } else { false }
            while bytes.readableBytes > 0 {
                let piece =
                    bytes.readSlice(length: Int.random(in: 1...bytes.readableBytes, using: &dice)) ?? ByteBuffer()
                Self.pass(piece, of: step, &cut)
                if bytes.readableBytes > 0 && !wasClient && !cut.isClientAddressable { #expect(!cut.isIdle) }
            }
            #expect(cut == whole)
        }
    }

    @Test func `in the middle of a frame nothing is idle and nobody is spoken to`() {
        var cycle = QueryCycle(after: .idle)
        cycle.serverSent(ByteBuffer(bytes: [0x4E, 0, 0, 0, 9, 1]).readableBytesSpan)
        #expect(!cycle.isIdle && !cycle.isClientAddressable)
        cycle.serverSent(ByteBuffer(bytes: [2, 3, 4, 5]).readableBytesSpan)
        #expect(cycle.isIdle && cycle.isClientAddressable)
        cycle.clientSent(ByteBuffer(bytes: [0x53]).readableBytesSpan)
        #expect(!cycle.isIdle && cycle.isClientAddressable)
    }

    @Test func `a session that begins inside a transaction is busy`() {
        #expect(!QueryCycle(after: .inTransaction).isIdle)
    }

    @Test func `replication and a goodbye are known`() {
        var cycle = QueryCycle(after: .idle)
        #expect(!cycle.isReplicating && !cycle.hasTerminated)
        Self.pass(Self.bytes(.client("Q")), of: .client(""), &cycle)
        Self.pass(Self.bytes(.server("W")), of: .server(""), &cycle)
        #expect(cycle.isReplicating)
        Self.pass(Self.bytes(.ready(.idle)), of: .ready(.idle), &cycle)
        #expect(!cycle.isReplicating)
        Self.pass(Self.bytes(.client("X")), of: .client(""), &cycle)
        #expect(cycle.hasTerminated && !cycle.isIdle)
    }

    @Test(arguments: [("LISTEN", true), ("LOAD", false), ("LOCK TABLE", false), ("SELECT", false)])
    func `LISTEN is known by its command tag`(command: String, isListening: Bool) {
        var cycle = QueryCycle(after: .idle)
        var complete = ByteBuffer()
        complete.writeFrame(tag: UInt8(ascii: "C")) { $0.writeString(command + "\0") }
        for byte in Array(buffer: complete) { cycle.serverSent(ByteBuffer(bytes: [byte]).readableBytesSpan) }
        #expect(cycle.hasListened == isListening)
    }

    @Test func `a notification says that the session listens`() {
        var cycle = QueryCycle(after: .idle)
        Self.pass(Self.bytes(.server("A")), of: .server(""), &cycle)
        #expect(cycle.hasListened && cycle.isIdle)
    }

    @Test func `an end is explained by an error behind which nothing comes, or by a goodbye`() {
        var cycle = QueryCycle(after: .idle)
        #expect(cycle.isEndUnexplained)
        Self.pass(Self.bytes(.server("E")), of: .server(""), &cycle)
        #expect(!cycle.isEndUnexplained)
        Self.pass(Self.bytes(.ready(.idle)), of: .ready(.idle), &cycle)
        #expect(cycle.isEndUnexplained)
        Self.pass(Self.bytes(.client("X")), of: .client(""), &cycle)
        #expect(!cycle.isEndUnexplained)
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>) func `noise never traps`(seed: UInt64) {
        var dice = SeededDice(seed: seed)
        var cycle = QueryCycle(after: .idle)
        for _ in 0..<400 {
            var bytes = ByteBuffer()
            if Bool.random(using: &dice) {
                bytes.writeFrame(tag: UInt8.random(in: 33...122, using: &dice)) {
                    $0.writeBytes((0..<Int.random(in: 0...9, using: &dice)).map { _ in 0x49 })
                }
            } else {
                bytes.writeBytes(
                    (0..<Int.random(in: 0...9, using: &dice)).map { _ in UInt8.random(in: 0...90, using: &dice) })
            }
            if Bool.random(using: &dice) {
                cycle.clientSent(bytes.readableBytesSpan)
            } else {
                cycle.serverSent(bytes.readableBytesSpan)
            }
            if cycle.isIdle { #expect(cycle.isClientAddressable && cycle.transactionState == .idle) }
        }
    }
}
