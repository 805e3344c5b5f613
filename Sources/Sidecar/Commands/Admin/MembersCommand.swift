internal import ArgumentParser
internal import GRPCLite
internal import SidecarAPI

/// `sidecar admin members`
struct MembersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "members", abstract: "The proxies of the fleet, as the one that answers sees them.")

    @OptionGroup var options: AdminOptions

    private struct Answer: Encodable {
        var members: [Row]
        var gossip: Gossip?
    }

    private struct Row: Encodable {
        var id: String
        var grpc: String
        var state: String
        var draining: Bool
        var startedUnixMicros: Int64?
        var gossip: String?
        var incarnation: UInt64?
        var roundTripMicros: UInt64?
        var lossPerMille: UInt32?
        var sendingKey: UInt32?
        var keys: [UInt32]
        var streamOnly: Bool
        var localHealth: UInt32?
    }

    private struct Gossip: Encodable {
        var stalenessMillis: UInt64
        var synced: Bool
        /// Sixteen hexadecimal digits.
        var stateRoot: String
        var facts: UInt64
        var addressesFound: UInt32
    }

    func run() async throws {
        let link = try AdminLink(options)
        let reply = try await link.call { admin throws(GRPCStatus) in
            try await admin.members(AdminV1.MembersRequest(), options: CallOptions(timeout: .seconds(10)))
        }
        let answer = Answer(members: reply.members.map(Self.row), gossip: reply.gossip.map(Self.gossip))
        try options.show(answer) { Self.text(answer) }
    }

    private static func row(_ member: AdminV1.Member) -> Row {
        let gossips = !member.gossipAddress.isEmpty
        return Row(
            id: member.id, grpc: member.grpcAddress, state: member.state, draining: member.draining,
            startedUnixMicros: member.startedUnixMicros == 0 ? nil : member.startedUnixMicros,
            gossip: gossips ? member.gossipAddress : nil, incarnation: gossips ? member.incarnation : nil,
            roundTripMicros: member.roundTripMicros == 0 ? nil : member.roundTripMicros,
            lossPerMille: gossips ? member.lossPerMille : nil, sendingKey: gossips ? member.sendingKey : nil,
            keys: member.keys, streamOnly: member.streamOnly,
            localHealth: gossips && member.state == "self" ? member.localHealth : nil)
    }

    private static func gossip(_ state: AdminV1.GossipState) -> Gossip {
        let digits = String(state.stateRoot, radix: 16)
        return Gossip(
            stalenessMillis: state.stalenessMillis, synced: state.synced,
            stateRoot: String(repeating: "0", count: 16 - digits.count) + digits, facts: state.facts,
            addressesFound: state.addressesFound)
    }

    private static func text(_ answer: Answer) -> String {
        var table = Table(
            "ID", "STATE", "DRAINING", "GRPC", "GOSSIP", "RTT", "LOSS", "INCARNATION", "KEY", "STARTED (UTC)")
        for row in answer.members {
            table.add(
                row.id, row.streamOnly ? row.state + " (TCP only)" : row.state, row.draining ? "yes" : "no", row.grpc,
                row.gossip ?? "-", row.roundTripMicros.map { "\($0) us" } ?? "-",
                row.lossPerMille.map { "\($0 / 10) %" } ?? "-", row.incarnation.map { "\($0)" } ?? "-",
                row.sendingKey.map { "\($0)" } ?? "-", Table.time(row.startedUnixMicros ?? 0))
        }
        guard let gossip = answer.gossip else { return table.text }
        let health = answer.members.compactMap(\.localHealth).first ?? 0
        return table.text + "\n"
            + "agreed \(gossip.stalenessMillis) ms ago, \(gossip.synced ? "synced" : "not synced yet"), "
            + "\(gossip.facts) facts, root \(gossip.stateRoot), local health \(health), "
            + "\(gossip.addressesFound) addresses found"
    }
}
