import Gossip
import NIOCore
import TestKit
import Testing

@testable import Transport

struct GossipSocketTests {
    @Test func `two members meet, and facts go both ways`() async throws {
        let (a, b) = try await (ScriptedMember.open(1), ScriptedMember.open(2))
        #expect(a.address.port > 0 && a.address.ip == "127.0.0.1" && a.address == a.socket.boundAddress)
        try await a.meet(b)
        try await a.publish(1)
        try await b.publish(2)
        try await eventually("b has the fact") { try await b.texts() == ["hello", "fact 1"] }
        try await eventually("a has the fact") { try await a.texts() == ["welcome", "fact 2"] }
        #expect(try await b.core().heard.allSatisfy { $0.sender == a.process && $0.keyID == 1 })
        let counters = try await a.socket.socketCounters()
        #expect(counters.datagramsSent == 2 && counters.datagramsReceived == 2 && counters.opening.opened == 2)
        #expect(counters.bytesSent == UInt64(2 * DatagramHeader.overhead + "hello".count + "fact 1".count))
        #expect(counters.senders == 1)
        #expect(counters.receiveBuffer > 0 && counters.receiveBufferDrops == 0)
        await a.socket.close()
        await b.socket.close()
    }

    @Test func `other actions are delivered in order, after the sends`() async throws {
        let a = try await ScriptedMember.open(1)
        for revision in 1...50 { try await a.publish(UInt64(revision)) }
        #expect(try await a.socket.answer(.groups([])) == .differing([7]))
        let revisions = a.actions.compactMap { action -> UInt64? in
            guard case .learned(.secrets(let fact)) = action else { return nil }
            return fact.revision
        }
        #expect(revisions == Array(1...50))
        #expect(a.actions.last == .membersChanged)
        await a.socket.close()
    }

    @Test func `the timer follows the core's deadline`() async throws {
        let a = try await ScriptedMember.open(1)
        for round in 1...3 {
            a.socket.tell(.resyncWanted)
            try await eventually("round \(round)") { try await a.core().inputs.count == round }
        }
        await a.socket.close()
    }

    @Test func `leaving waits for the core's word`() async throws {
        let a = try await ScriptedMember.open(1)
        #expect(await a.socket.leave(within: .seconds(20)))
        #expect(a.actions.last == .left)
        #expect(await a.socket.leave(within: .seconds(20)))
        await a.socket.close()
    }

    @Test func `a leave that takes too long ends anyway`() async throws {
        let a = try await ScriptedMember.open(1, leaveDelay: .seconds(3600))
        #expect(await a.socket.leave(within: .milliseconds(1)) == false)
    }

    @Test func `a closed socket takes no inputs and still answers questions`() async throws {
        let a = try await ScriptedMember.open(1)
        await a.socket.close()
        try await a.publish(1)
        #expect(a.actions.isEmpty)
        #expect(try await a.core().card.process == a.process)
        _ = try await a.socket.socketCounters()
    }

    @Test func `a taken port is a failure that names it`() async throws {
        let a = try await ScriptedMember.open(1)
        let port = Int(a.address.port)
        let failure = try await #require(throws: GossipSocketFailure.self) {
            try await ScriptedMember.open(2, port: port)
        }
        #expect(failure.reason == .cannotBind)
        #expect(failure.detail.hasPrefix("127.0.0.1:\(port): "))
        await a.socket.close()
        let name = try await #require(throws: GossipSocketFailure.self) {
            try await ScriptedMember.open(2, host: "localhost")
        }
        #expect(name.reason == .cannotBind)
    }

    @Test func `the advertised address may be another one`() async throws {
        let wanted = try #require(MemberAddress("192.0.2.7:0"))
        let a = try await ScriptedMember.open(1) { $0.advertise = wanted }
        #expect(a.address.ip == "192.0.2.7" && a.address.port == a.socket.boundAddress.port)
        #expect(try await a.core().card.address == a.address)
        await a.socket.close()
    }

    @Test func `IPv6, and IPv4 through a socket for both`() async throws {
        let (six, four) = try await (ScriptedMember.open(1, host: "::1"), ScriptedMember.open(2))
        let loopback = try #require(MemberAddress("127.0.0.1:0"))
        let both = try await ScriptedMember.open(3, host: "::") { $0.advertise = loopback }
        try await both.meet(four)
        #expect(try await four.core().peers[both.process] == both.address)
        #expect(try await both.core().peers[four.process] == four.address)
        try await both.meet(six)
        // The other way round there is no way.
        four.socket.tell(.addressesFound([six.address]))
        try await eventually("told") { four.events.contains(.otherFamily(six.address, count: 1)) }
        #expect(try await four.socket.socketCounters().datagramsUnsendable == 1)
        for member in [six, four, both] { await member.socket.close() }
    }

    @Test func `one receiver that cannot be sent to harms no other`() async throws {
        let (a, b) = try await (ScriptedMember.open(1), ScriptedMember.open(2))
        // From a loopback address there is no way to others: EINVAL or ENETUNREACH, by kernel.
        let nowhere = try #require(MemberAddress("192.0.2.1:7"))
        let broadcast = try #require(MemberAddress("255.255.255.255:7"))
        a.socket.tell(.addressesFound([nowhere, broadcast, b.address, nowhere]))
        try await eventually("b is met") { try await a.core().peers[b.process] != nil }
        let counters = try await a.socket.socketCounters()
        #expect(counters.datagramsSent == 1 && counters.datagramsUnsendable == 3 && counters.socketsLost == 0)
        await a.socket.close()
        await b.socket.close()
    }

    @Test func `a step that takes long is told of`() async throws {
        let a = try await ScriptedMember.open(1)
        try await a.socket.hand(.drainBegan)
        let isTold = a.events.contains { event in
            guard case .slowStep("drainBegan", let duration) = event else { return false }
            return duration >= .milliseconds(20)
        }
        #expect(isTold)
        #expect(try await a.socket.socketCounters().slowSteps >= 1)
        await a.socket.close()
    }

    @Test func `a socket that the system takes away comes back at its port`() async throws {
        let (a, b) = try await (ScriptedMember.open(1) { $0.rebindWait = .milliseconds(1) }, ScriptedMember.open(2))
        try await a.meet(b)
        await a.socket.loseSocket()
        try await eventually("it listens again") {
            a.events.filter { if case .listening = $0 { true } else { false } }.count == 2
        }
        try await b.publish(1)
        try await eventually("a hears again") { try await a.texts() == ["welcome", "fact 1"] }
        #expect(try await a.socket.socketCounters().socketsLost == 1)
        await a.socket.close()
        await b.socket.close()
    }

    @Test func `a burst of thousands arrives, however large the batches`() async throws {
        let (a, b) = try await (ScriptedMember.open(1), ScriptedMember.open(2))
        let count = 300
        a.socket.tell(.addressesFound([MemberAddress](repeating: b.address, count: count)))
        try await eventually("all of them") { try await b.core().heard.count == count }
        try await eventually("all answers") { try await a.core().heard.count == count }
        #expect(try await b.socket.socketCounters().opening.refusals == 0)
        await a.socket.close()
        await b.socket.close()
    }
}
