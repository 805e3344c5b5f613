internal import Gossip
internal import NIOCore
internal import NIOPosix

/// Repair, and the ping of last resort, between the processes: a TCP connection for each question, one frame each way.
/// The proxy asks the same over gRPC with mTLS; here it is only the way, not what is measured.
struct MemberStreams {
    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private enum Code {
        static let ping: UInt8 = 1
        static let repair: UInt8 = 2
    }

    private static let pingLimit: TimeAmount = .seconds(1)
    private static let repairLimit: TimeAmount = .seconds(8)
    private static let frameLimit = 2 << 20

    private struct Broken: Error {}

    let process: ProcessID
    let group: any EventLoopGroup

    // MARK: Answering

    /// Answers until the task is cancelled.
    func serve(
        at address: MemberAddress, answer: @escaping @Sendable (RepairQuestion) async throws -> RepairAnswer
    ) async throws {
        let server = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: address.ip, port: Int(address.port)) { channel in Self.wrap(channel) }
        try await server.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { tasks in
                for try await connection in connections {
                    // A connection that fails is its asker's trouble.
                    tasks.addTask { try? await respond(on: connection, answer) }
                }
            }
        }
    }

    private func respond(
        on connection: Connection, _ answer: @escaping @Sendable (RepairQuestion) async throws -> RepairAnswer
    ) async throws {
        try await connection.executeThenClose { inbound, outbound in
            var frame = try await Self.frame(from: inbound)
            switch frame.readInteger(as: UInt8.self) {
            case Code.ping: try await outbound.write(Self.framed { $0.writeInteger(process.bits) })
            case Code.repair:
                let answer = try await answer(RepairQuestion(decoding: Array(frame.readableBytesView)))
                try await outbound.write(Self.framed { $0.writeBytes(answer.encoded) })
            default: throw Broken()
            }
        }
    }

    // MARK: Asking

    /// Whether this very run of the member answers.
    func ping(_ card: MemberCard) async -> Bool {
        var answer = try? await ask(card, within: Self.pingLimit) { $0.writeInteger(Code.ping) }
        return answer?.readInteger(as: UInt64.self) == card.process.bits
    }

    /// - Returns: `nil` when there was no answer, or none that can be read.
    func repair(_ question: RepairQuestion, at card: MemberCard) async -> RepairAnswer? {
        let answer = try? await ask(card, within: Self.repairLimit) { buffer in
            buffer.writeInteger(Code.repair)
            buffer.writeBytes(question.encoded)
        }
        return answer.flatMap { try? RepairAnswer(decoding: Array($0.readableBytesView)) }
    }

    private func ask(
        _ card: MemberCard, within limit: TimeAmount, _ write: (inout ByteBuffer) -> Void
    ) async throws -> ByteBuffer {
        let request = Self.framed(write)
        let connection = try await ClientBootstrap(group: group).connectTimeout(limit)
            .connect(host: card.address.ip, port: Int(card.address.port)) { channel in Self.wrap(channel) }
        let end = connection.channel.eventLoop.scheduleTask(in: limit) { connection.channel.close(promise: nil) }
        defer { end.cancel() }
        return try await connection.executeThenClose { inbound, outbound in
            try await outbound.write(request)
            return try await Self.frame(from: inbound)
        }
    }

    // MARK: Frames

    private static func wrap(_ channel: any Channel) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
    }

    private static func framed(_ write: (inout ByteBuffer) -> Void) -> ByteBuffer {
        var body = ByteBuffer()
        write(&body)
        var frame = ByteBuffer(integer: UInt32(clamping: body.readableBytes))
        frame.writeBuffer(&body)
        return frame
    }

    private static func frame(from inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async throws -> ByteBuffer {
        var gathered = ByteBuffer()
        for try await part in inbound {
            gathered.writeImmutableBuffer(part)
            guard let length = gathered.getInteger(at: gathered.readerIndex, as: UInt32.self) else { continue }
            guard length <= frameLimit else { throw Broken() }
            guard gathered.readableBytes >= 4 + Int(length) else { continue }
            gathered.moveReaderIndex(forwardBy: 4)
            if let frame = gathered.readSlice(length: Int(length)) { return frame }
        }
        throw Broken()
    }
}
