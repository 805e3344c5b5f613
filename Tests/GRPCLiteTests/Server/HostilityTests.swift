import Testing

@testable import GRPCLite

/// What the server does about clients that mean harm: each is bounded, and counted.
@Suite struct HostilityTests {
    typealias Peer = HostilePeer

    private static let floods: [(HTTP2Offence, [UInt8])] = [
        (.settingsFlood, Peer.frame(4)),
        (.priorityFlood, Peer.frame(2, stream: 3, payload: [0, 0, 0, 0, 1])),
        (.windowUpdateFlood, Peer.frame(8, payload: [0, 0, 0, 1])),
        (.unknownFrameFlood, Peer.frame(0xBE, payload: [1, 2, 3])),
    ]

    @Test(arguments: floods.indices) func `a flood of frames that carry nothing ends the connection`(index: Int) throws
    {
        let (offence, frame) = Self.floods[index]
        let peer = try Peer()
        let count = try #require(peer.flood(frame))
        // Unknown frames are metered by their bytes: these are shorter than what counts as one.
        let most = HTTP2Limits().idleFrames.burst * (offence == .unknownFrameFlood ? 3 : 1)
        #expect(count <= most + 60)
        #expect(peer.offences[offence] == 1)
        #expect(peer.lastWords == offence.rawValue)
    }

    @Test func `a flood of empty DATA ends the connection`() throws {
        let peer = try Peer()
        peer.send(Peer.call(1))
        #expect(peer.flood(Peer.frame(0, stream: 1)) != nil)
        #expect(peer.offences[.emptyDataFlood] == 1)
    }

    @Test func `a message that comes byte by byte is a flood, and small messages are not`() throws {
        let hostile = try Peer()
        // 16 KiB of a message of 100 KiB.
        hostile.send(Peer.call(1) + Peer.frame(0, stream: 1, payload: [0, 0, 1, 0x90, 0]))
        let count = try #require(hostile.flood(Peer.frame(0, stream: 1, payload: [1]), limit: 16_000))
        #expect(count <= HTTP2Limits().idleFrames.burst + 60)
        #expect(hostile.offences[.tinyDataFlood] == 1)

        let honest = try Peer()
        honest.send(Peer.call(1, "/test.Echo/Count"))
        // Prefix and body apart, as some clients do it.
        let message = Peer.frame(0, stream: 1, payload: [0, 0, 0, 0, 1]) + Peer.frame(0, stream: 1, payload: [1])
        #expect(honest.flood(message, limit: 10_000) == nil)
    }

    @Test func `streams that are opened and cancelled at once end the connection`() throws {
        let peer = try Peer()
        var stream = 1
        while stream < 20_000, !peer.server.isFinished {
            peer.send(Peer.call(stream, "/test.Echo/Hang") + Peer.reset(stream))
            stream += 2
        }
        #expect(peer.server.isFinished)
        #expect(stream / 2 <= HTTP2Limits().peerResets.burst + 10)
        #expect(peer.offences[.rapidReset] == 1)
    }

    /// Who streams into a method that is not there may be giving up when the answer comes.
    private static func giveUp(_ count: Int, _ peer: Peer) {
        for number in 0..<count {
            peer.send(Peer.call(2 * number + 1, "/test.Echo/Nothing"))
            peer.send(Peer.reset(2 * number + 1))
            peer.forgetWhatWasSent()
        }
    }

    @Test func `resets of streams that were answered before they ended are no offence`() throws {
        let peer = try Peer()
        Self.giveUp(HTTP2Limits().peerResets.burst * 3 / 2, peer)
        #expect(!peer.server.isFinished)
        #expect(HTTP2Offence.allCases.allSatisfy { peer.offences[$0] == 0 })
    }

    @Test func `resets of streams that were answered before they ended buy no others`() throws {
        let peer = try Peer()
        Self.giveUp(HTTP2Limits().peerResets.burst / 2, peer)
        var stream = 20_001
        while stream < 40_000, !peer.server.isFinished {
            peer.send(Peer.call(stream, "/test.Echo/Hang") + Peer.reset(stream))
            stream += 2
        }
        #expect((stream - 20_001) / 2 <= HTTP2Limits().peerResets.burst + 10)
        #expect(peer.offences[.rapidReset] == 1)
    }

    @Test func `streams that we are made to reset end the connection`() throws {
        let peer = try Peer()
        var stream = 1
        while stream < 20_000, !peer.server.isFinished {
            // The window of a stream is lifted over its end.
            peer.send(Peer.call(stream) + Peer.frame(8, stream: stream, payload: [0x7F, 0xFF, 0xFF, 0xFF]))
            stream += 2
        }
        #expect(peer.server.isFinished)
        #expect(stream / 2 <= HTTP2Limits().provokedResets.burst + 10)
        #expect(peer.offences[.provokedResets] == 1)
    }

    @Test func `a header block in ever more frames ends the connection`() throws {
        let peer = try Peer()
        peer.send(Peer.frame(1, stream: 1, payload: Peer.block(Peer.requestFields())))
        #expect(peer.flood(Peer.frame(9, stream: 1, payload: Peer.block([("x", "y")])), limit: 100, batch: 1) != nil)
        #expect(peer.offences[.continuationFlood] == 1)
        #expect(peer.offences[.protocolError] == 0)
    }

    @Test func `a header block that does not end in time ends the connection`() throws {
        let peer = try Peer()
        peer.send(Peer.frame(1, stream: 1, payload: Peer.block(Peer.requestFields())))
        #expect(peer.timers[.headerBlockDue] == .seconds(5))
        peer.fire(.headerBlockDue)
        #expect(peer.server.isFinished)
        #expect(peer.offences[.unfinishedHeaders] == 1)
    }

    @Test func `a header block that ends in time is not timed any more`() throws {
        let peer = try Peer()
        peer.send(Peer.frame(1, stream: 1, payload: Peer.block(Peer.requestFields())))
        peer.send(Peer.frame(9, flags: 4, stream: 1, payload: Peer.block([("x", "y")])))
        #expect(peer.timers[.headerBlockDue] == nil)
        #expect(peer.server.openCalls == 1)
    }

    @Test func `an HPACK bomb costs its stream`() throws {
        let peer = try Peer()
        // One entry of 4000 bytes enters the table, and is referred to a thousand times.
        let value = [UInt8](repeating: 0x61, count: 3900)
        var bomb: [UInt8] = [0x40, 1, 0x78, 0x7F, 0xBD, 0x1D]
        bomb += value
        bomb += [UInt8](repeating: 0xBE, count: 1000)
        peer.send(Peer.frame(1, flags: 5, stream: 1, payload: Peer.block(Peer.requestFields()) + bomb))
        #expect(peer.server.openCalls == 0)
        #expect(peer.offences[.headerListTooLarge] == 1)
        #expect(!peer.server.isFinished)
    }

    @Test func `what is not HTTP/2 is counted`() throws {
        let offences = OffenceCounters()
        let server = try ServerConnection(
            methods: MethodTable([]), peer: .anonymous, authorize: { _, _ in nil }, offences: offences, at: .now,
            wake: {})
        server.receive(Array("\u{16}\u{3}\u{1} hello".utf8).span.bytes, at: .now)
        #expect(server.isFinished)
        #expect(offences[.badPreface] == 1)
    }

    @Test(arguments: [4096, 1 << 20]) func `garbage behind the preface ends the connection`(byteCount: Int) throws {
        let peer = try Peer()
        peer.send([UInt8](repeating: 0xFF, count: byteCount))
        #expect(peer.server.isFinished)
        #expect(HTTP2Offence.allCases.filter { peer.offences[$0] > 0 } == [.protocolError])
        // Nor is what comes when the GOAWAY has left.
        peer.send([UInt8](repeating: 0xFF, count: byteCount))
        #expect(HTTP2Offence.allCases.filter { peer.offences[$0] > 0 } == [.protocolError])
    }

    @Test func `a flood is judged although nobody takes what is sent`() throws {
        let peer = try Peer()
        let flood = Array(repeatElement(Peer.frame(0xBE, payload: [1, 2, 3]), count: 20_000).joined())
        peer.server.receive(flood.span.bytes, at: peer.now)
        peer.server.receive([0].span.bytes, at: peer.now)
        #expect(peer.offences[.unknownFrameFlood] == 1)
    }

    @Test(arguments: [false, true])
    func `streams above the limit are refused, and end the connection of who knows it`(isKnown: Bool) throws {
        var limits = ConnectionLimits()
        limits.http2.concurrentStreams = 4
        let peer = try Peer(limits: limits, acknowledges: isKnown)
        for stream in stride(from: 1, through: 13, by: 2) { peer.send(Peer.call(stream, "/test.Echo/Hang")) }
        #expect(peer.offences[.tooManyStreams] == (isKnown ? 0 : 3))
        #expect(peer.offences[.protocolError] == (isKnown ? 1 : 0))
        #expect(peer.server.isFinished == isKnown)
        #expect(peer.server.openCalls <= 4)
    }

    @Test func `a lie about the content's length costs its stream`() throws {
        let peer = try Peer()
        let fields = Peer.requestFields() + [("content-length", "3")]
        peer.send(Peer.frame(1, flags: 4, stream: 1, payload: Peer.block(fields)) + Peer.message([1, 2, 3, 4], on: 1))
        #expect(peer.framesFromServer.contains { $0.type == 3 && $0.stream == 1 })
        #expect(peer.offences[.streamError] == 1)
        #expect(peer.server.openCalls == 0)
        #expect(!peer.server.isFinished)
    }

    @Test(arguments: [[0, 0, 0], [0, 0, 0, 0, 9, 1, 2], [7, 0, 0, 0, 0], [0, 0xFF, 0xFF, 0xFF, 0xFF]] as [[UInt8]])
    func `a message that is cut off, too long or unknown costs its call`(bytes: [UInt8]) throws {
        let peer = try Peer()
        peer.send(Peer.call(1) + Peer.frame(0, flags: 1, stream: 1, payload: bytes))
        #expect(peer.offences[.malformedMessage] == 1)
        #expect(peer.server.openCalls == 0)
        #expect(!peer.server.isFinished)
    }

    @Test func `what is on its way to a call that was refused does not cost the connection`() throws {
        let peer = try Peer()
        let data = Peer.frame(0, stream: 1, payload: [UInt8](repeating: 7, count: 16_000))
        peer.send(Peer.call(1) + Peer.frame(0, stream: 1, payload: [0, 0xFF, 0xFF, 0xFF, 0xFF]))
        #expect(peer.server.openCalls == 0)
        for _ in 0..<16 { peer.send(data) }
        #expect(!peer.server.isFinished)
        // More than any window is not on its way.
        #expect(peer.flood(data, batch: 10) != nil)
        #expect(peer.offences[.unknownFrameFlood] == 1)
    }

    // MARK: Windows

    /// Messages that fill frames of 16 KiB, and nobody takes.
    private static func messages(_ byteCount: Int, on stream: Int) -> [UInt8] {
        let message = Peer.message([UInt8](repeating: 7, count: 16 * 1024 - 5), on: stream, ends: false)
        return Array(repeatElement(message, count: byteCount / (16 * 1024)).joined())
    }

    @Test func `more than a stream's window costs the stream`() throws {
        let peer = try Peer()
        peer.send(Peer.call(1, "/test.Echo/Deaf") + Peer.call(3, "/test.Echo/Deaf"))
        peer.send(Self.messages(HTTP2Limits().streamWindow, on: 1))
        #expect(peer.server.openCalls == 2)
        peer.send(Self.messages(16 * 1024, on: 1))
        // FLOW_CONTROL_ERROR.
        #expect(peer.framesFromServer.last { $0.type == 3 }?.payload == [0, 0, 0, 3])
        #expect(peer.offences[.streamError] == 1)
        #expect(peer.server.openCalls == 1)
        #expect(!peer.server.isFinished)
    }

    @Test(arguments: [1, 40]) func `more than the connection's window ends the connection`(tooMany: Int) throws {
        let peer = try Peer()
        // In one read, in which we open it again by half and no more.
        let most = HTTP2Limits().connectionWindow * 3 / 2
        let streams = stride(from: 1, through: 2 * most / HTTP2Limits().streamWindow, by: 2)
        let full = streams.flatMap { stream in
            Peer.call(stream, "/test.Echo/Deaf") + Self.messages(HTTP2Limits().streamWindow, on: stream)
        }
        // What comes behind the frame that was one too many is dropped, and no flood of frames that nobody knows.
        peer.send(full + Peer.call(99, "/test.Echo/Deaf") + Self.messages(tooMany * 16 * 1024, on: 99))
        #expect(peer.server.isFinished)
        #expect(HTTP2Offence.allCases.filter { peer.offences[$0] > 0 } == [.protocolError])
        // The stream was begun; FLOW_CONTROL_ERROR.
        #expect(peer.framesFromServer.last?.payload == [0, 0, 0, 99, 0, 0, 0, 3])
    }

    @Test func `the connection's window opens again while streams keep theirs shut`() throws {
        let peer = try Peer()
        for stream in stride(from: 1, to: 17, by: 2) {
            peer.send(Peer.call(stream, "/test.Echo/Deaf") + Self.messages(HTTP2Limits().streamWindow, on: stream))
        }
        #expect(peer.server.openCalls == 8)
        #expect(HTTP2Offence.allCases.allSatisfy { peer.offences[$0] == 0 })
    }

    // MARK: Slow readers

    @Test(arguments: [0, 10, 4096])
    func `a client that takes next to nothing has its streams reset, and one that takes a little has not`(
        taken: Int
    ) throws {
        let peer = try Peer(window: 0)
        peer.send(Peer.call(1) + Peer.message([UInt8](repeating: 7, count: 16_000), on: 1))
        #expect(peer.timers[.stalledStreams] != nil)
        for _ in 0..<3 {
            peer.fire(.stalledStreams)
            if taken > 0 { peer.send(Peer.frame(8, stream: 1, payload: Peer.bigEndian(UInt32(taken)))) }
        }
        let isEnough = taken >= 4096
        #expect(peer.offences[.stalledStream] == (isEnough ? 0 : 1))
        #expect(peer.server.openCalls == (isEnough ? 1 : 0))
    }

    @Test func `answers that nobody takes are bounded, and go on when somebody does`() throws {
        var limits = ConnectionLimits()
        limits.unsentBytes = 100_000
        let peer = try Peer(limits: limits, window: 0)
        let body = [UInt8](repeating: 7, count: 60_000)
        var stream = 1
        for _ in 0..<6 {
            peer.send(Peer.call(stream))
            for start in stride(from: 0, to: body.count, by: 15_000) {
                var payload: [UInt8] = start == 0 ? [0] : []
                if start == 0 { payload += Peer.bigEndian(UInt32(body.count)) }
                payload += body[start..<start + 15_000]
                let isLast = start + 15_000 == body.count
                peer.send(Peer.frame(0, flags: isLast ? 1 : 0, stream: stream, payload: payload))
            }
            stream += 2
        }
        // Two answers are above the limit; the other handlers have not begun.
        #expect(peer.framesFromServer.filter { $0.type == 1 }.count == 2)
        peer.send(Peer.frame(8, payload: Peer.bigEndian(10_000_000)))
        for stream in stride(from: 1, to: 12, by: 2) {
            peer.send(Peer.frame(8, stream: stream, payload: Peer.bigEndian(1_000_000)))
        }
        let bytes = peer.framesFromServer.filter { $0.type == 0 }.reduce(0) { $0 + $1.payload.count }
        #expect(bytes == 6 * (body.count + 5))
        #expect(peer.server.openCalls == 0)
    }

    @Test func `windows that open byte by byte earn nothing`() throws {
        let peer = try Peer(window: 0)
        peer.send(Peer.call(1) + Peer.message([UInt8](repeating: 7, count: 15_000), on: 1))
        #expect(peer.flood(Peer.frame(8, stream: 1, payload: [0, 0, 0, 1])) != nil)
        #expect(peer.offences[.windowUpdateFlood] == 1)
    }

    @Test func `a fast client that updates its windows with every small call is no flood`() throws {
        let peer = try Peer()
        let update = Peer.frame(8, payload: [0, 0, 0, 5])
        for stream in stride(from: 1, to: 20_000, by: 2) {
            peer.send(Peer.call(stream) + update + Peer.message([], on: stream) + update)
            peer.forgetWhatWasSent()
        }
        #expect(!peer.server.isFinished)
        #expect(HTTP2Offence.allCases.allSatisfy { peer.offences[$0] == 0 })
    }

    // MARK: Keepalive and age

    private let ping = Peer.frame(6, payload: [1, 2, 3, 4, 5, 6, 7, 8])

    @Test func `the third bad PING is one too many`() throws {
        let peer = try Peer()
        for _ in 0..<3 { peer.send(ping) }
        #expect(!peer.server.isFinished)
        peer.send(ping)
        #expect(peer.server.isFinished)
        #expect(peer.lastWords == "too_many_pings")
        #expect(peer.offences[.tooManyPings] == 1)
    }

    @Test func `PINGs at the permitted pace never end a connection`() throws {
        let peer = try Peer()
        for _ in 0..<100 {
            peer.send(ping)
            peer.advance(by: .seconds(10))
        }
        #expect(!peer.server.isFinished)
    }

    @Test func `what is sent forgives PINGs`() throws {
        let peer = try Peer()
        for stream in stride(from: 1, to: 100, by: 2) {
            for _ in 0..<3 { peer.send(ping) }
            peer.send(Peer.call(stream) + Peer.message([1], on: stream))
        }
        #expect(!peer.server.isFinished)
    }

    @Test func `an old connection is told to go, and its calls have their grace`() throws {
        var limits = ConnectionLimits()
        (limits.maxAge, limits.maxAgeGrace) = (.seconds(100), .seconds(5))
        let peer = try Peer(limits: limits)
        #expect(peer.timers[.maxAge] == .seconds(100))
        peer.send(Peer.call(1, "/test.Echo/Hang") + Peer.message([], on: 1))
        peer.fire(.maxAge)
        #expect(peer.framesFromServer.last?.type == 7)
        // The peer answers the PING that goes with it: now new streams are refused, and the grace begins.
        peer.send(Peer.frame(6, flags: 1, payload: [0, 0, 0, 0, 0, 0, 0, 0]))
        #expect(peer.lastWords == "max_age")
        #expect(peer.timers[.graceOver] == .seconds(5))
        #expect(!peer.server.isFinished)
        peer.fire(.graceOver)
        #expect(peer.server.isFinished)
    }

    @Test func `an idle connection is told to go, and a busy one is not`() throws {
        var limits = ConnectionLimits()
        limits.maxIdle = .seconds(60)
        let peer = try Peer(limits: limits)
        peer.send(Peer.call(1) + Peer.message([1], on: 1))
        peer.fire(.idle)
        #expect(peer.lastWords == nil)
        #expect(peer.timers[.idle] == .seconds(60))
        peer.fire(.idle)
        #expect(peer.framesFromServer.last?.type == 7)
        peer.fire(.shutdownHeard)
        #expect(peer.lastWords == "max_idle")
        #expect(peer.server.isFinished)
    }

    @Test func `a call that was on its way when the server began to go is served`() throws {
        let peer = try Peer()
        peer.server.beginShutdown()
        peer.pump()
        #expect(peer.framesFromServer.last?.type == 7)
        #expect(!peer.server.isFinished)
        peer.send(Peer.call(1, "/test.Echo/Hang") + Peer.message([], on: 1))
        #expect(peer.server.openCalls == 1)
        let heard = Peer.frame(6, flags: 1, payload: [0, 0, 0, 0, 0, 0, 0, 0])
        peer.server.receive(heard.span.bytes, at: peer.now)
        // What comes later finds nobody, be it before or after the GOAWAY that says so has left.
        peer.send(Peer.call(3, "/test.Echo/Hang") + Peer.message([], on: 3))
        #expect(peer.server.openCalls == 1)
        #expect(peer.framesFromServer.last { $0.type == 7 }?.payload == [0, 0, 0, 1, 0, 0, 0, 0])
        peer.send(Peer.call(5, "/test.Echo/Hang") + Peer.message([], on: 5))
        #expect(peer.server.openCalls == 1)
        #expect(!peer.server.isFinished)
    }
}
