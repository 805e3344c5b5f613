import TestKit
import Testing

@testable import GRPCLite

@Suite(.timeLimit(.minutes(1))) struct FlowControlTests {
    let echo = EchoService()

    @Test func `a handler that does not read stalls its own stream alone`() async throws {
        try await withLink([echo.definition]) { link in
            let call = try await link.bidirectional("/test.Echo/Deaf", of: (Blob.self, Blob.self))
            let sending = Task { () -> Int in
                var sent = 0
                do {
                    while true {
                        try await call.send(Blob(size: 10_000))
                        sent += 1
                    }
                } catch {
                    return sent
                }
            }
            try await eventually("the stream's window is used up") { await link.sentByClient > 200_000 }
            for _ in 0..<50 {
                let answer: Blob = try await link.unary("/test.Echo/Unary", Blob(size: 10_000))
                #expect(answer == Blob(size: 10_000))
            }
            call.cancel()
            // A window of 256 KiB, and 64 KiB waiting here.
            #expect(await sending.value < 40)
        }
    }

    @Test func `a client that does not read makes the handler wait`() async throws {
        try await withLink([echo.definition]) { link in
            let stream: ResponseStream<Blob> = try await link.serverStreaming("/test.Echo/Repeat", "5000" as Blob)
            try await eventually("the stream's window is used up") { await link.sentByServer > 200_000 }
            let answer: Blob = try await link.unary("/test.Echo/Unary", "meanwhile" as Blob)
            #expect(answer == "meanwhile")
            #expect(echo.counts.written < 400)
            var count = 0
            for try await message in stream {
                #expect(message.bytes.count == 1024)
                count += 1
            }
            #expect(count == 5000)
            #expect(echo.counts.written == 5000)
        }
    }

    @Test func `while a connection has too much to send, handlers wait for all of their own`() async throws {
        let backlog = OutboundBacklog(limit: 100, streamLimit: 1000, within: SharedBytes())
        let (eager, other) = (
            MessageOutlet(limit: 1000, backlog: backlog) { _ in }, MessageOutlet(limit: 1000, backlog: backlog) { _ in }
        )
        try await eager.send([UInt8](repeating: 7, count: 45))
        let sending = Task { try await other.send([UInt8](repeating: 7, count: 55)) }
        try await eventually("the second is over the limit") { backlog.isOver }
        // Half of it is not enough; neither is it that the first has nothing to send any more.
        other.bytesSent(30)
        eager.bytesSent(50)
        #expect(other.hasWriters)
        other.bytesSent(30)
        try await sending.value
        backlog.messageTaken(110)
        #expect(!backlog.isOver)
        try await other.send([UInt8](repeating: 7, count: 60))
    }

    @Test func `what all connections have to send is one sum`() {
        let server = SharedBytes(limit: 100)
        var connections = (0..<3).map { _ in OutboundBacklog(limit: 1000, streamLimit: 1000, within: server) }
        for connection in connections { connection.sessionHolds(40) }
        #expect(server.byteCount == 120)
        #expect(connections[1].isOver)
        connections[0].sessionHolds(10)
        #expect(!connections[1].isOver)
        connections.removeLast()
        #expect(server.byteCount == 50)
    }

    @Test func `clients that take nothing cost themselves, and never those beside them`() throws {
        let backlog = SharedBytes(limit: 10_000)
        let hostile = try (0..<5).map { _ in try HostilePeer(window: 0, shared: ServerBytes(unsent: backlog)) }
        let innocent = try HostilePeer(shared: ServerBytes(unsent: backlog))
        for round in 0..<4 {
            for (index, peer) in hostile.enumerated() {
                let stream = 2 * round + 1
                let body = [UInt8](repeating: 7, count: 3000 + 100 * index)
                peer.send(HostilePeer.call(stream) + HostilePeer.message(body, on: stream))
                // The shell of a connection that is woken has it look.
                for other in hostile { other.pump() }
                #expect(backlog.byteCount <= 10_000)
                innocent.forgetWhatWasSent()
                let own = 2 * (5 * round + index) + 1
                innocent.send(HostilePeer.call(own) + HostilePeer.message([1], on: own))
                #expect(innocent.framesFromServer.filter { $0.stream == own }.map(\.type) == [1, 0, 1])
            }
        }
        #expect(innocent.offences[.tooManyUnsentBytes] == 0)
        // A stream that was reset is told so; those that fit are still open.
        let dropped = hostile.reduce(0) { $0 + $1.offences[.tooManyUnsentBytes] }
        #expect(dropped >= 17)
        #expect(hostile.reduce(0) { $0 + $1.server.openCalls } == 20 - dropped)
        for peer in hostile { peer.server.connectionLost() }
        #expect(backlog.byteCount == 0)
    }

    @Test func `what a client holds that reads nothing at all is dropped without its help`() throws {
        let backlog = SharedBytes(limit: 5000)
        let full = try HostilePeer(window: 0, shared: ServerBytes(unsent: backlog))
        full.send(HostilePeer.call(1) + HostilePeer.message([UInt8](repeating: 7, count: 4000), on: 1))
        let other = try HostilePeer(window: 0, shared: ServerBytes(unsent: backlog))
        other.send(HostilePeer.call(1) + HostilePeer.message([UInt8](repeating: 7, count: 3000), on: 1))
        #expect(backlog.byteCount == 7010)
        // As a shell does whose socket is full: it takes no output.
        _ = full.server.takeTimerChanges(at: full.now)
        #expect(backlog.byteCount == 3005)
    }

    @Test func `calls that waited for answers to leave are answered when the client cancels those`() throws {
        var limits = ConnectionLimits()
        limits.unsentBytes = 1000
        let peer = try HostilePeer(limits: limits, window: 0)
        peer.send(HostilePeer.call(1) + HostilePeer.message([UInt8](repeating: 7, count: 4000), on: 1))
        peer.send(HostilePeer.call(3) + HostilePeer.message([1], on: 3))
        #expect(!peer.framesFromServer.contains { $0.stream == 3 })
        peer.send(HostilePeer.reset(1))
        #expect(peer.framesFromServer.filter { $0.stream == 3 }.map(\.type) == [1])
    }

    @Test func `requests that are never whole cost whoever has most of them`() throws {
        let unfinished = SharedBytes(limit: 1000)
        let hostile = try (0..<3).map { _ in try HostilePeer(shared: ServerBytes(unfinished: unfinished)) }
        let innocent = try HostilePeer(shared: ServerBytes(unfinished: unfinished))
        for round in 0..<4 {
            for (index, peer) in hostile.enumerated() {
                let stream = 2 * round + 1
                // 400 of 500 bytes of a message.
                let part = [0, 0, 0, 1, 0xF4] + [UInt8](repeating: 7, count: 395)
                peer.send(HostilePeer.call(stream) + HostilePeer.frame(0, stream: stream, payload: part))
                for other in hostile { other.pump() }
                #expect(unfinished.byteCount <= 1000)
                // In two pieces, so that it is unfinished for a while.
                let own = 2 * (3 * round + index) + 1
                let whole = HostilePeer.call(own) + HostilePeer.message([UInt8](repeating: 1, count: 250), on: own)
                innocent.send(Array(whole.dropLast(50)))
                for other in hostile { other.pump() }
                innocent.forgetWhatWasSent()
                innocent.send(Array(whole.suffix(50)))
                #expect(innocent.framesFromServer.filter { $0.stream == own }.map(\.type) == [1, 0, 1])
            }
        }
        #expect(innocent.offences[.tooManyUnfinishedBytes] == 0)
        let dropped = hostile.reduce(0) { $0 + $1.offences[.tooManyUnfinishedBytes] }
        #expect(dropped >= 10)
        #expect(hostile.reduce(0) { $0 + $1.server.openCalls } == 12 - dropped)
        for peer in hostile { peer.server.connectionLost() }
        #expect(unfinished.byteCount == 0)
    }

    @Test func `messages that no handler takes are counted with what they cost`() async throws {
        let whole = SharedBytes()
        let part = SharedBytesPart(of: whole)
        let mailbox = MessageMailbox(messageLimit: 100, waiting: part, unpacked: UnpackedBytes(OffenceCounters())) {
            _ in
        }
        #expect(mailbox.deliver([ReceivedMessage([1]), ReceivedMessage([2])], byteCount: 12) == 0)
        #expect(mailbox.waitingBytes == 2 * 65)
        #expect(part.byteCount == 2 * 65)
        #expect(try await mailbox.next() == [1])
        #expect(whole.byteCount == 65)
        mailbox.abort(.ok)
        #expect(part.byteCount == 0)
        #expect(mailbox.deliver([ReceivedMessage([3])], byteCount: 6) == 6)
        #expect(whole.byteCount == 0)
    }

    @Test func `small messages that no handler takes end their call when they cost too much`() throws {
        let unfinished = SharedBytes(limit: 1_000_000)
        let hostile = try HostilePeer(shared: ServerBytes(unfinished: unfinished))
        let innocent = try HostilePeer(shared: ServerBytes(unfinished: unfinished))
        hostile.send(HostilePeer.call(1, "/test.Echo/Deaf"))
        let many = Array(repeatElement([0, 0, 0, 0, 1, 7] as [UInt8], count: 2000).joined())
        // 240,000 bytes, fewer than the stream's window: flow control lets them in.
        for _ in 0..<20 {
            hostile.send(HostilePeer.frame(0, stream: 1, payload: many))
            #expect(unfinished.byteCount <= 1_000_000)
        }
        #expect(hostile.offences[.tooManyUnfinishedBytes] == 1)
        #expect(hostile.server.openCalls == 0)
        #expect(!hostile.server.isFinished)
        innocent.send(HostilePeer.call(1) + HostilePeer.message([1], on: 1))
        #expect(innocent.framesFromServer.filter { $0.stream == 1 }.map(\.type) == [1, 0, 1])
        #expect(unfinished.byteCount == 0)
    }

    @Test(arguments: [0, 100, 4096])
    func `a request that hardly grows ends its call`(grown: Int) throws {
        let peer = try HostilePeer()
        peer.send(HostilePeer.call(1) + HostilePeer.frame(0, stream: 1, payload: [0, 0, 1, 0, 0, 7]))
        #expect(peer.timers[.stalledStreams] != nil)
        for _ in 0..<3 {
            peer.fire(.stalledStreams)
            if grown > 0 {
                peer.send(HostilePeer.frame(0, stream: 1, payload: [UInt8](repeating: 7, count: grown)))
            }
        }
        let isEnough = grown >= 4096
        #expect(peer.offences[.stalledRequest] == (isEnough ? 0 : 1))
        #expect(peer.server.openCalls == (isEnough ? 1 : 0))
        #expect((peer.timers[.stalledStreams] != nil) == isEnough)
    }

    @Test func `calls above the server's limit of streams wait for their turn`() async throws {
        var limits = ConnectionLimits()
        limits.http2.concurrentStreams = 1
        try await withLink([echo.definition], limits: limits) { link in
            let first = try await link.bidirectional("/test.Echo/Chat", of: (Blob.self, Blob.self))
            var answers = first.responses.makeAsyncIterator()
            try await first.send("one")
            #expect(try await answers.next() == "one")
            try await withThrowingTaskGroup(of: Blob.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await link.unary("/test.Echo/Unary", "next" as Blob) }
                }
                try await eventually("all of them wait") { await link.openCallsAtClient == 21 }
                try await first.send("two")
                #expect(try await answers.next() == "two")
                #expect(echo.counts.started == 0)
                first.finishSending()
                #expect(try await answers.next() == nil)
                for try await answer in group { #expect(answer == "next") }
            }
            #expect(echo.counts.started == 20)
        }
    }

    @Test func `a long conversation does not run out of window`() async throws {
        try await withLink([echo.definition]) { link in
            let call = try await link.bidirectional("/test.Echo/Chat", of: (Blob.self, Blob.self))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for _ in 0..<3000 { try await call.send(Blob(size: 3000)) }
                    call.finishSending()
                }
                var count = 0
                for try await _ in call.responses { count += 1 }
                #expect(count == 3000)
                try await group.waitForAll()
            }
        }
    }
}
