import Gossip
import NIOCore
import TestKit
import Testing

@testable import Transport

/// Datagrams of strangers change nothing but a counter.
struct HostileDatagramTests {
    /// What is sent, and what it is counted as.
    static let attacks: [(DatagramRefusal.Reason, @Sendable (_ genuine: [UInt8], _ target: UInt64) throws -> [UInt8])] =
        [
            (.tooShort, { _, _ in [] }),
            (.tooShort, { genuine, _ in Array(genuine.prefix(41)) }),
            (.tooLong, { genuine, _ in genuine + [UInt8](repeating: 0, count: 1200) }),
            (.tooLong, { _, _ in [UInt8](repeating: 1, count: 9000) }),
            (.unknownVersion, { genuine, _ in [2] + genuine.dropFirst() }),
            (.unknownKey, { genuine, _ in [1, 77] + genuine.dropFirst(2) }),
            (.notAuthentic, { _, target in Array(try seal(to: target).dropLast()) }),
            (.notAuthentic, { _, _ in [1, 1] + (0..<200).map { UInt8($0) } }),
            (.replayed, { genuine, _ in genuine }),
            (.notAuthentic, { _, target in try seal(to: target, keys: KeyRing(Sealing.key(1, 0xbb))) }),
            (.notAuthentic, { _, target in try seal(to: target, cluster: Sealing.cluster("another/fleet")) }),
            (.notAuthentic, { _, target in try seal(to: target &+ 1) }),
            (.epochAhead, { _, target in try seal(to: target, epoch: .max) }),
            (.ownDatagram, { _, target in try seal(to: target, from: target) }),
        ]

    @Test(arguments: attacks.indices) func `it is refused and counted`(index: Int) async throws {
        let (reason, make) = Self.attacks[index]
        let member = try await ScriptedMember.open(1)
        let stranger = try await RawDatagrams.open()
        var friend = try Sealing.sealer(2)
        let genuine = try friend.seal("genuine", for: 1)
        try await stranger.send([genuine], to: member.address)
        try await eventually("the genuine one") { try await member.texts() == ["genuine"] }
        let before = try await member.socket.socketCounters()

        let attack = try make(genuine, 1)
        try await stranger.send([attack, attack, attack], to: member.address)
        try await eventually("three are counted") {
            try await member.socket.socketCounters().datagramsReceived == before.datagramsReceived + 3
        }
        let after = try await member.socket.socketCounters()
        #expect(after.opening[reason] == before.opening[reason] + 3)
        #expect(after.opening.refusals == before.opening.refusals + 3)
        #expect(after.opening.opened == before.opening.opened)
        #expect(after.senders == before.senders)
        #expect(after.datagramsSent == 0)
        #expect(try await member.texts() == ["genuine"])
        #expect(after.refusalsByHost.lines.map(\.host.text) == ["127.0.0.1:0"])
        #expect(after.refusalsByHost.lines.first?.count == 3)
        let told = member.events.filter { if case .refused = $0 { true } else { false } }
        #expect(told.count == (reason == .ownDatagram ? 0 : 1))

        // And the friend is still understood.
        try await stranger.send([try friend.seal("more", for: 1)], to: member.address)
        try await eventually("the next genuine one") { try await member.texts() == ["genuine", "more"] }
        try await stranger.close()
        await member.socket.close()
    }

    private static func seal(
        to target: UInt64, from sender: UInt64 = 9, epoch: UInt64 = Sealing.epoch,
        cluster: ClusterID = Sealing.cluster, keys: KeyRing = Sealing.ring
    ) throws -> [UInt8] {
        var sealer = try Sealing.sealer(sender, epoch: epoch, cluster: cluster, keys: keys)
        return try sealer.seal("evil", for: target)
    }
}
