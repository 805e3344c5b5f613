import Gossip
import NIOCore
import Synchronization
import TestKit

@testable import Transport

/// A scripted core behind a real socket on this machine, and what came out of it.
struct ScriptedMember: Sendable {
    let socket: GossipSocket<ScriptedCore>
    let process: ProcessID
    private let log: Log

    private final class Log: Sendable {
        let actions = Mutex<[GossipNode.Action]>([])
        let events = Mutex<[GossipSocketEvent]>([])
    }

    static func open(
        _ process: UInt64, keys: KeyRing = Sealing.ring, cluster: ClusterID = Sealing.cluster,
        host: String = "127.0.0.1",
        port: Int = 0, leaveDelay: Duration = .milliseconds(20),
        change: (inout GossipSocketConfiguration) -> Void = { _ in }
    ) async throws -> ScriptedMember {
        let log = Log()
        var configuration = GossipSocketConfiguration(bindAddress: host, bindPort: port, cluster: cluster, keys: keys)
        change(&configuration)
        let socket = try await GossipSocket.open(
            configuration, on: Loopback.anyLoop(),
            makeCore: { address, _ in ScriptedCore(process: process, address: address, leaveDelay: leaveDelay) },
            deliver: { actions in log.actions.withLock { $0 += actions } },
            report: { event in log.events.withLock { $0.append(event) } })
        return ScriptedMember(socket: socket, process: ProcessID(bits: process), log: log)
    }

    var address: MemberAddress { socket.advertisedAddress }
    var actions: [GossipNode.Action] { log.actions.withLock { $0 } }
    var events: [GossipSocketEvent] { log.events.withLock { $0 } }

    func core() async throws -> ScriptedCore {
        try await socket.read { core, _ in core }
    }

    func texts() async throws -> [String] {
        try await core().heard.map(\.text)
    }

    /// Greets, and waits to be welcomed.
    func meet(_ other: ScriptedMember) async throws {
        socket.tell(.addressesFound([other.address]))
        try await eventually("a welcome") { try await core().peers[other.process] != nil }
    }

    func publish(_ revision: UInt64) async throws {
        guard let endpoint = EndpointName("demo") else { return }
        try await socket.hand(.published(.secrets(SecretsFact(endpoint: endpoint, revision: revision))))
    }
}
