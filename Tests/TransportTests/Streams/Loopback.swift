import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Transport

/// Helpers around real sockets on 127.0.0.1.
enum Loopback {
    static let group = MultiThreadedEventLoopGroup.singleton

    static func anyLoop() -> any EventLoop { group.next() }

    static func listen(
        _ onConnection: @escaping @Sendable (ByteStream) async -> Void
    ) async throws -> ListeningSocket {
        try await Listener.bind(host: "127.0.0.1", port: 0, group: group, onConnection: onConnection)
    }

    static func dial(_ socket: ListeningSocket, on loop: (any EventLoop)? = nil) async throws -> ByteStream {
        try await Dialer.connect(
            host: "127.0.0.1", port: socket.port, on: loop ?? group.next(), timeout: .seconds(10))
    }

    /// Listens, sends each connection's bytes back, and passes its end on.
    static func echo() async throws -> ListeningSocket {
        try await listen { stream in
            while let bytes = try? await stream.read() { try? await stream.write(bytes) }
        }
    }
}

/// A value that one task leaves for another.
final class Slot<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)

    func put(_ new: Value) {
        value.withLock { $0 = new }
    }

    var peek: Value? { value.withLock { $0 } }
}

extension ByteStream {
    /// Closes without goodbye: the kernel sends a reset.
    func reset() async throws {
        if let socket = channel as? any SocketOptionProvider {
            try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        try await channel?.close()
    }

    func write(_ text: String) async throws {
        try await write(ByteBuffer(string: text))
    }

    func readText() async throws -> String? {
        try await read().map { String(buffer: $0) }
    }

    func readText(count: Int) async throws -> String {
        var text = ByteBuffer()
        while text.readableBytes < count, var more = try await read() { text.writeBuffer(&more) }
        return String(buffer: text)
    }

    func readAll() async throws -> ByteBuffer {
        var all = ByteBuffer()
        while var more = try await read() { all.writeBuffer(&more) }
        return all
    }
}

extension ByteBuffer {
    private static let noise: ByteBuffer = {
        var buffer = ByteBuffer()
        var word: UInt64 = 1
        for _ in 0..<8192 {
            word = word &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            buffer.writeInteger(word)
        }
        return buffer
    }()

    /// `count` bytes, at least eight: the seed, then bytes that look alike at no two places near each other.
    static func pattern(_ count: Int, seed: UInt64 = 1) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        buffer.writeInteger(seed)
        while buffer.readableBytes < count {
            var more = noise
            more.moveWriterIndex(to: min(more.readableBytes, count - buffer.readableBytes))
            buffer.writeBuffer(&more)
        }
        return buffer
    }
}
