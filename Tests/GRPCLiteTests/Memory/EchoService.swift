import Synchronization

@testable import GRPCLite

/// A message that is its own bytes; one that begins with 0xFF cannot be decoded.
struct Blob: GRPCMessage, Equatable, ExpressibleByStringLiteral {
    struct Undecodable: Error {}

    var bytes: [UInt8]
    var text: String { String(decoding: bytes, as: UTF8.self) }

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    init(stringLiteral text: String) {
        self.init(text)
    }

    init(size: Int) {
        bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0) & 0x7F }
    }

    init(serializedBytes: [UInt8]) throws {
        guard serializedBytes.first != 0xFF else { throw Undecodable() }
        bytes = serializedBytes
    }

    func serializedBytes() throws -> [UInt8] { bytes }
}

/// A service that does what the tests need, and counts.
final class EchoService: Sendable {
    struct Counts: Equatable {
        var started = 0
        var ended = 0
        var cancelled = 0
        var written = 0
        var read = 0
    }

    private let state = Mutex(Counts())
    private let lastContext = Mutex<ServerCallContext?>(nil)

    var counts: Counts { state.withLock { $0 } }
    var context: ServerCallContext? { lastContext.withLock { $0 } }

    private func count(_ change: (inout Counts) -> Void) {
        state.withLock { change(&$0) }
    }

    var definition: ServiceDefinition {
        ServiceDefinition(
            name: "test.Echo",
            methods: [
                .unary("/test.Echo/Unary") { (request: Blob, context) in
                    self.count { $0.started += 1 }
                    self.lastContext.withLock { $0 = context }
                    return request
                },
                // Metadata around its answer, which is compressed, and says how the request came.
                .unary("/test.Echo/Around") { (request: Blob, context) in
                    context.addInitialMetadata(["x-first": "1"])
                    context.addTrailingMetadata(["x-last": "2"])
                    context.compressResponses()
                    self.count { $0.read += context.wasLastRequestCompressed ? 1 : 0 }
                    guard !request.bytes.isEmpty else { throw GRPCStatus(.aborted, "empty", details: [1, 2, 3]) }
                    return request
                },
                .unary("/test.Echo/Fail") { (request: Blob, _) -> Blob in
                    throw GRPCStatus(.notFound, request.text)
                },
                .unary("/test.Echo/Hang") { (request: Blob, _) -> Blob in
                    try await self.hang()
                    return request
                },
                // Sends as many messages of 1 KiB as the request says.
                .serverStreaming("/test.Echo/Repeat") { (request: Blob, writer: ResponseWriter<Blob>, _) in
                    for _ in 0..<(Int(request.text) ?? 0) {
                        try await writer.write(Blob(size: 1024))
                        self.count { $0.written += 1 }
                    }
                },
                // One message, then nothing until it is cancelled.
                .serverStreaming("/test.Echo/Watch") { (request: Blob, writer: ResponseWriter<Blob>, _) in
                    try await writer.write(request)
                    try await self.hang()
                },
                .bidirectional("/test.Echo/Chat") { (requests: RequestStream<Blob>, writer: ResponseWriter<Blob>, _) in
                    for try await request in requests {
                        self.count { $0.read += 1 }
                        try await writer.write(request)
                    }
                },
                .clientStreaming("/test.Echo/Count") { (requests: RequestStream<Blob>, _) in
                    var count = 0
                    for try await _ in requests { count += 1 }
                    return Blob("\(count)")
                },
                // Reads nothing.
                .bidirectional("/test.Echo/Deaf") { (_: RequestStream<Blob>, _: ResponseWriter<Blob>, _) in
                    try await self.hang()
                },
            ])
    }

    private func hang() async throws {
        count { $0.started += 1 }
        defer { count { $0.ended += 1 } }
        do {
            try await Task.sleep(for: .seconds(600))
        } catch {
            count { $0.cancelled += 1 }
            throw error
        }
    }
}
