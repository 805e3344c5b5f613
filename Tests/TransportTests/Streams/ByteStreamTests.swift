import NIOCore
import TestKit
import Testing
import Transport

struct ByteStreamTests {
    @Test func `bytes go there and back, and an end is an end`() async throws {
        let socket = try await Loopback.echo()
        let stream = try await Loopback.dial(socket)
        try await stream.write("hello")
        #expect(try await stream.readText(count: 5) == "hello")
        try await stream.finishWriting()
        #expect(try await stream.read() == nil)
        #expect(try await stream.read() == nil)
        await stream.close()
        await socket.waitForConnections()
        await socket.stopAccepting()
    }

    @Test func `one connection too many is closed unheard`() async throws {
        let socket = try await Listener.bind(
            host: "127.0.0.1", port: 0, group: Loopback.group, connectionLimit: 1
        ) { stream in
            while let bytes = try? await stream.read() { try? await stream.write(bytes) }
        }
        let first = try await Loopback.dial(socket)
        try await first.write("hello")
        #expect(try await first.readText(count: 5) == "hello")
        let second = try await Loopback.dial(socket)
        #expect((try? await second.read()) ?? nil == nil)
        await second.close()
        #expect(socket.connectionCount == 1)
        await first.close()
        await socket.stopAccepting()
    }

    @Test func `surplus comes before what the socket brings`() async throws {
        let socket = try await Loopback.echo()
        let stream = try await Loopback.dial(socket)
        try await stream.write("world")
        stream.unread(ByteBuffer(string: ", "))
        stream.unread(ByteBuffer(string: "hello"))
        #expect(try await stream.readText(count: 12) == "hello, world")
        await stream.close()
        await socket.stopAccepting()
    }

    @Test func `a cancelled read loses nothing`() async throws {
        let socket = try await Loopback.echo()
        let stream = try await Loopback.dial(socket)
        for round in 0..<50 {
            let reader = Task { try await stream.readText() }
            if round % 2 == 0 { await Task.yield() }
            reader.cancel()
            try await stream.write("x")
            // Either the cancelled task got the byte, or the next reader does.
            if case .failure(let error) = await reader.result {
                #expect(error is CancellationError)
                #expect(try await stream.readText() == "x")
            }
        }
        await stream.close()
        await socket.stopAccepting()
    }

    @Test func `a second reader is refused and the first goes on`() async throws {
        let socket = try await Loopback.echo()
        let stream = try await Loopback.dial(socket)
        let refused = Slot<StreamFailure.Reason>()
        // One of these two waits first and stays; the other is refused, and reads again.
        let readers = (0..<2).map { _ in
            Task {
                do { return try await stream.readText() } catch let failure as StreamFailure {
                    refused.put(failure.reason)
                    return nil
                }
            }
        }
        try await eventually("one is refused") { refused.peek != nil }
        #expect(refused.peek == .inUse)
        try await stream.write("x")
        let texts = [try await readers[0].value, try await readers[1].value]
        #expect(texts.compactMap { $0 } == ["x"])
        await stream.close()
        await socket.stopAccepting()
    }

    @Test func `closing ends a read that waits`() async throws {
        let socket = try await Loopback.echo()
        let stream = try await Loopback.dial(socket)
        let reader = Task { try await stream.read() }
        await stream.close()
        let failure = await #expect(throws: StreamFailure.self) { _ = try await reader.value }
        #expect(failure?.reason == .closed)
        await #expect(throws: StreamFailure.self) { try await stream.write("late") }
        await stream.close()
        await socket.stopAccepting()
    }

    @Test func `the last words arrive although input is left unread`() async throws {
        let socket = try await Loopback.listen { stream in
            _ = try? await stream.read()
            try? await stream.write("FATAL: go away")
        }
        for _ in 0..<20 {
            let stream = try await Loopback.dial(socket)
            try await stream.write(.pattern(300_000))
            #expect(String(buffer: try await stream.readAll()) == "FATAL: go away")
            await stream.close()
        }
        await socket.waitForConnections()
        await socket.stopAccepting()
    }

    @Test func `a reset is told apart from an end`() async throws {
        let socket = try await Loopback.listen { stream in
            _ = try? await stream.read()
            try? await stream.reset()
        }
        let stream = try await Loopback.dial(socket)
        try await stream.write("x")
        let failure = await #expect(throws: StreamFailure.self) { _ = try await stream.readAll() }
        #expect(failure?.reason == .reset)
        await stream.close()
        await socket.stopAccepting()
    }

    @Test func `a writer waits for its reader, and cancelling frees it`() async throws {
        let socket = try await Loopback.listen { stream in
            try? await Task.sleep(for: .seconds(3600))
            _ = stream
        }
        let stream = try await Loopback.dial(socket)
        let written = Slot<Int>()
        let writer = Task {
            for round in 1...10_000 {
                try await stream.write(.pattern(65536))
                written.put(round)
            }
        }
        try await eventually("the writer stands still") {
            let before = written.peek
            try await Task.sleep(for: .milliseconds(100))
            return before != nil && before == written.peek
        }
        #expect((written.peek ?? 0) * 65536 < 32 << 20)
        writer.cancel()
        await #expect(throws: CancellationError.self) { try await writer.value }
        socket.cancelConnections()
        await stream.close()
        await socket.waitForConnections()
        #expect(socket.connectionCount == 0)
        await socket.stopAccepting()
    }

    @Test func `connections end when they are cancelled`() async throws {
        let socket = try await Loopback.listen { stream in
            while (try? await stream.read()) != nil {}
        }
        var streams: [ByteStream] = []
        for _ in 0..<20 { streams.append(try await Loopback.dial(socket)) }
        try await eventually("all are there") { socket.connectionCount == 20 }
        await socket.stopAccepting()
        socket.cancelConnections()
        for stream in streams { #expect(try await stream.read() == nil) }
        for stream in streams { await stream.close() }
        await socket.waitForConnections()
    }

    @Test func `a connection's task runs on the connection's loop`() async throws {
        let isOnLoop = Slot<Bool>()
        let socket = try await Loopback.listen { stream in
            _ = try? await stream.read()
            isOnLoop.put(stream.eventLoop.inEventLoop)
        }
        let stream = try await Loopback.dial(socket)
        try await stream.write("x")
        #expect(try await stream.read() == nil)
        #expect(isOnLoop.peek == true)
        await stream.close()
        await socket.stopAccepting()
    }
}
