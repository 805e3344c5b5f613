import Testing

@testable import GRPCLite

/// What is counted of a body while it moves into frames.
@Suite struct OutboundBodyTests {
    /// Moves the next bytes into a frame of the length.
    private func fill(_ body: inout OutboundBody, _ length: Int) -> Int {
        var frame = [UInt8](repeating: 0, count: length)
        return frame.withUnsafeMutableBytes { body.fill($0) }
    }

    @Test func `a message counts when the last of its bytes has moved`() {
        var body = OutboundBody(message: [1, 2, 3], prefix: 3, then: .open)
        #expect(fill(&body, 7) == 7)
        #expect(body.takeMessagesMoved() == 0)
        #expect(fill(&body, 7) == 1)
        #expect(body.takeMessagesMoved() == 1)
        #expect(fill(&body, 7) == 0)
        #expect(body.takeMessagesMoved() == 0)
    }

    @Test func `an empty message counts too`() {
        var body = OutboundBody(message: [], prefix: 0, then: .open)
        #expect(fill(&body, 100) == 5)
        #expect(body.takeMessagesMoved() == 1)
    }

    @Test func `messages that share a frame count each`() {
        var body = OutboundBody()
        for _ in 0..<3 { body.append([1, 2]) }
        #expect(fill(&body, 5) == 5)
        #expect(body.takeMessagesMoved() == 2)
        #expect(fill(&body, 5) == 1)
        #expect(body.takeMessagesMoved() == 1)
    }

    @Test func `each message earns the peer its WINDOW_UPDATEs`() {
        let now = ContinuousClock.now
        var conduct = PeerConduct(ofClient: true, HTTP2Limits(), at: now)
        for _ in 0..<10_000 {
            conduct.messagesSent(1)
            for _ in 0..<2 { #expect(conduct.frameBegan(type: 8, flags: 0, length: 4, at: now) == nil) }
        }
    }
}
