import Gossip
import NIOCore
import Synchronization
import TestKit

@testable import Transport

/// Whole members: the real core behind real sockets on this machine.
struct FleetMember: Sendable {
    let socket: GossipSocket<GossipNode>
    let name: MemberID
    private let learned: Log

    private final class Log: Sendable {
        let facts = Mutex<[Fact]>([])
    }

    /// - Parameter number: names the member, seeds it, and is its process id.
    static func open(_ number: Int, keys: KeyRing = Sealing.ring) async throws -> FleetMember {
        let log = Log()
        let name = MemberID("member-\(number)")
        let configuration = GossipSocketConfiguration(
            bindAddress: "127.0.0.1", bindPort: 0, cluster: Sealing.cluster, keys: keys)
        let socket = try await GossipSocket.open(
            configuration, on: Loopback.anyLoop(),
            makeCore: { address, now in
                let card = MemberCard(
                    name: name, process: ProcessID(bits: UInt64(number)), epoch: Sealing.epoch + UInt64(number),
                    address: address, grpc: "127.0.0.1:1", keyIDs: keys.ids, sendingKeyID: keys.sending.id)
                return GossipNode(GossipConfiguration(), card: card, seed: UInt64(number), now: now)
            },
            deliver: { actions in
                let facts = actions.compactMap { if case .learned(let fact) = $0 { fact } else { nil } }
                if !facts.isEmpty { log.facts.withLock { $0 += facts } }
            })
        return FleetMember(socket: socket, name: name, learned: log)
    }

    /// Opens members that are each told of the first one's address only.
    static func openFleet(_ count: Int, keys: KeyRing = Sealing.ring) async throws -> [FleetMember] {
        var members: [FleetMember] = []
        for number in 1...count {
            let member = try await open(number, keys: keys)
            members.append(member)
            member.socket.tell(.addressesFound([members[0].socket.advertisedAddress]))
        }
        for member in members { try await member.waitUntilAlive(members.map(\.name)) }
        return members
    }

    func waitUntilAlive(_ names: [MemberID]) async throws {
        try await eventually("\(name) sees \(names)") {
            try await socket.members().filter { $0.health == .alive }.map(\.card.name) == names.sorted()
        }
    }

    func facts(about endpoint: EndpointName) async throws -> EndpointFact? {
        try await socket.fact(of: endpoint)
    }

    var heard: [Fact] { learned.facts.withLock { $0 } }
}
