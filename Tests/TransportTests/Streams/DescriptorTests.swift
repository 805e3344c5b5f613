import NIOCore
import NIOPosix
import Synchronization
import TestKit
import Testing
import Transport

/// A process without descriptors.
struct DescriptorTests {
    /// Counts the attempts to accept that reach the socket.
    private final class Attempts: ChannelOutboundHandler, Sendable {
        typealias OutboundIn = Never
        private let number = Mutex(0)
        var count: Int { number.withLock { $0 } }

        func read(context: ChannelHandlerContext) {
            number.withLock { $0 += 1 }
            context.read()
        }
    }

    @Test func `whoever listens pauses when it cannot accept`() async throws {
        let socket = try await Loopback.echo()
        try await socket.channel.pipeline.containsHandler(type: AcceptBackoffHandler.self).get()
        await socket.stopAccepting()
        let grpc = try await GRPCListener.start(
            host: "127.0.0.1", port: 0, tls: nil, services: [], authorize: { _, _ in nil }, group: Loopback.group)
        try await grpc.server.pipeline.containsHandler(type: AcceptBackoffHandler.self).get()
        await grpc.shutdown(grace: .zero)
    }

    @Test func `and tries again when the pause is over`() async throws {
        let socket = try await Loopback.echo()
        let (channel, attempts) = (socket.channel, Attempts())
        try await channel.pipeline.addHandler(attempts, position: .first).get()
        let before = try await channel.eventLoop.submit { () -> Int in
            channel.pipeline.fireErrorCaught(IOError(errnoCode: 24, reason: "accept"))
            let before = attempts.count
            for _ in 0..<100 { channel.read() }
            #expect(attempts.count == before)
            return before
        }.get()
        try await eventually("it tries again") { attempts.count > before }
        let stream = try await Loopback.dial(socket)
        try await stream.write("hello")
        #expect(try await stream.readText(count: 5) == "hello")
        await stream.close()
        await socket.stopAccepting()
    }

    @Test func `the limit is as high as it may be`() {
        let limit = DescriptorLimit.raise()
        #expect(limit > 0)
        #expect(DescriptorLimit.raise() == limit)
    }
}
