import Testing

@testable import GRPCLite

/// Header blocks that are longer than HTTP/2's library sends. Each call has to end, and the next one to work.
@Suite(.timeLimit(.minutes(1))) struct LongHeadersTests {
    private static let long = String(repeating: "v", count: 100_000)

    /// What a call of each kind ends with whose handler says too much.
    private static let service = ServiceDefinition(
        name: "test.Long",
        methods: [
            .unary("/test.Long/Status") { (request: Blob, _) -> Blob in
                throw GRPCStatus(.notFound, String(repeating: request.text, count: 50_000))
            },
            .unary("/test.Long/Details") { (_: Blob, _) -> Blob in
                throw GRPCStatus(.notFound, "here", details: [UInt8](repeating: 7, count: 100_000))
            },
            .unary("/test.Long/Trailing") { (request: Blob, context) in
                context.addTrailingMetadata(["x-long": long])
                return request
            },
            .unary("/test.Long/Initial") { (request: Blob, context) in
                context.addInitialMetadata(["x-long": long])
                return request
            },
            .unary("/test.Long/InitialAndError") { (_: Blob, context) -> Blob in
                context.addInitialMetadata(["x-long": long])
                throw GRPCStatus(.notFound, "here")
            },
            .serverStreaming("/test.Long/Streamed") { (request: Blob, writer: ResponseWriter<Blob>, context) in
                context.addInitialMetadata(["x-long": long])
                try await writer.write(request)
            },
            .serverStreaming("/test.Long/StreamedEnd") { (request: Blob, writer: ResponseWriter<Blob>, context) in
                try await writer.write(request)
                context.addTrailingMetadata(["x-long": long])
            },
            .unary("/test.Long/Short") { (request: Blob, _) in request },
        ])

    private func end(of method: String, _ link: MemoryLink, _ options: CallOptions = .none) async -> GRPCStatus? {
        do {
            let call = try await link.bidirectional(
                "/test.Long/\(method)", options: options, of: (Blob.self, Blob.self))
            try await call.send("ü")
            call.finishSending()
            for try await _ in call.responses {}
            return nil
        } catch {
            return error
        }
    }

    @Test func `a long status text is cut behind a whole character`() async throws {
        try await withLink([Self.service]) { link in
            let status = await end(of: "Status", link)
            #expect(status?.code == .notFound)
            // Six bytes each.
            #expect(status?.message == String(repeating: "ü", count: GRPCStatus.longestText / 6))
        }
    }

    @Test(arguments: ["Details", "Trailing", "Initial", "InitialAndError", "Streamed", "StreamedEnd"])
    func `metadata that is too long for one block ends its call alone`(method: String) async throws {
        try await withLink([Self.service]) { link in
            #expect(await end(of: method, link) == ServerConnection.tooMuchMetadata)
            #expect(await end(of: "Short", link) == nil)
        }
    }

    @Test func `a request that is too long ends at once`() async throws {
        try await withLink([Self.service]) { link in
            let options = CallOptions(metadata: ["x-long": Self.long])
            let status = GRPCStatus(.resourceExhausted, "the request's metadata is longer than can be sent")
            #expect(await end(of: "Short", link, options) == status)
            #expect(await end(of: "Short", link) == nil)
        }
    }

    @Test func `a session resets a stream whose answer it cannot send`() throws {
        let now = ContinuousClock.now
        let (client, server) = (
            try HTTP2Session(.client, limits: HTTP2Limits(), at: now),
            try HTTP2Session(.server, limits: HTTP2Limits(), at: now)
        )
        let stream = try client.submitRequest([
            HeaderField(":method", "POST"), HeaderField(":scheme", "http"), HeaderField(":path", "/"),
            HeaderField(":authority", "a"),
        ])
        server.receive(client.takeOutput(limit: 65536).span.bytes, at: now)
        server.submitWholeResponse([], [HeaderField(":status", "200"), HeaderField("x-long", Self.long)], on: stream)
        client.receive(server.takeOutput(limit: 65536).span.bytes, at: now)
        #expect(client.takeEvents().contains(.streamClosed(stream, .internalError)))
    }
}
