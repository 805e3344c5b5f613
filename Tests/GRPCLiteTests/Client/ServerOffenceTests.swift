import Testing

@testable import GRPCLite

/// What a server does that it must not is counted at the client, by the names that a server has for clients.
@Suite struct ServerOffenceTests {
    typealias Peer = HostilePeer

    private let offences = OffenceCounters()
    private let client: ClientConnection
    private let call: ClientCall
    private let now = ContinuousClock.now

    init() throws {
        client = try ClientConnection(authority: "a", isSecure: false, offences: offences, at: now, wake: {})
        call = try client.caller.open("/a.B/C", .none, timeout: nil)
        turn(Peer.frame(4))
    }

    private func turn(_ bytes: [UInt8]) {
        _ = client.takeOutput(limit: 65536, at: now)
        client.receive(bytes.span.bytes, at: now)
        while !client.takeOutput(limit: 65536, at: now).isEmpty {}
    }

    private var counted: [HTTP2Offence] { HTTP2Offence.allCases.filter { offences[$0] > 0 } }

    private static let headers = Peer.frame(
        1, flags: 4, stream: 1, payload: Peer.block([(":status", "200"), ("content-type", "application/grpc")]))
    private static let trailers = Peer.frame(1, flags: 5, stream: 1, payload: Peer.block([("grpc-status", "0")]))

    private static func flood(_ frame: [UInt8]) -> [UInt8] {
        Array(repeatElement(frame, count: 5000).joined())
    }

    private static let crimes: [(HTTP2Offence, [UInt8])] = [
        (.protocolError, [UInt8](repeating: 0xFF, count: 100)),
        (.protocolError, Peer.frame(0, stream: 99, payload: [1])),
        (.malformedMessage, headers + Peer.frame(0, stream: 1, payload: [7, 0, 0, 0, 0])),
        (.malformedMessage, headers + Peer.frame(0, stream: 1, payload: [0, 0, 0, 0, 9]) + trailers),
        (.malformedMessage, headers + Peer.frame(0, stream: 1, payload: [0, 0xFF, 0, 0, 0])),
        (.streamError, Peer.frame(1, flags: 4, stream: 1, payload: Peer.block([(":status", "200"), ("X", "y")]))),
        (
            .headerListTooLarge,
            Peer.frame(
                1, flags: 4, stream: 1,
                payload: Peer.block(
                    [(":status", "200")]
                        + (0..<80).map { ("x-\($0)", String(repeating: "v", count: 120)) }))
        ),
        (.windowUpdateFlood, flood(Peer.frame(8, payload: [0, 0, 0, 1]))),
        (.priorityFlood, flood(Peer.frame(2, stream: 1, payload: [0, 0, 0, 0, 1]))),
        (.interimFlood, flood(Peer.frame(1, flags: 4, stream: 1, payload: Peer.block([(":status", "103")])))),
        (.unknownFrameFlood, flood(Peer.frame(0xBE, payload: [Int](0..<30).map { UInt8($0) }))),
        // In one read, so that no acknowledgement of theirs has left.
        (.unreadAcknowledgements, flood(Peer.frame(4))),
    ]

    @Test(arguments: crimes.indices) func `each is counted once, by its name`(index: Int) {
        let (offence, bytes) = Self.crimes[index]
        turn(bytes)
        #expect(counted == [offence])
        #expect(offences[offence] == 1)
        #expect(client.openCalls == 0 || client.isFinished)
    }

    @Test func `a lawful call is none`() {
        turn(Self.headers + Peer.message([1], on: 1, ends: false) + Self.trailers)
        #expect(client.openCalls == 0)
        #expect(counted.isEmpty)
    }

    @Test func `silence is counted by what was waited for`() {
        client.timerFired(.keepalive)
        client.timerFired(.keepalive)
        client.timerFired(.keepalive)
        #expect(counted == [.noAnswer])
        client.timerFired(.settingsDue)
        #expect(counted == [.noSettings, .noAnswer])
        #expect(client.isFinished)
    }

    @Test func `a header block has to end in time`() {
        _ = client.takeTimerChanges(at: now)
        turn(Peer.frame(1, stream: 1, payload: Peer.block([(":status", "200")])))
        #expect(client.takeTimerChanges(at: now).contains(.arm(.headerBlockDue, after: .seconds(5))))
        client.timerFired(.headerBlockDue)
        #expect(client.isFinished)
        #expect(counted == [.unfinishedHeaders])
    }
}
