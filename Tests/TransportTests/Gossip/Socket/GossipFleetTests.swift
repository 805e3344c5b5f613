import Gossip
import TestKit
import Testing

@testable import Transport

@Suite(.serialized) struct GossipFleetTests {
    @Test(arguments: [2, 5]) func `members find each other, spread a fact, and notice who is gone`(
        count: Int
    ) async throws {
        let members = try await FleetMember.openFleet(count)
        let endpoint = try #require(EndpointName("demo"))
        let fact = EndpointFact(
            endpoint: endpoint, version: FactVersion(generation: 3, sequence: 1),
            phase: .running(ComputePlace(address: "10.0.0.9:5432", serverName: "compute-1", computeID: "compute-1")))
        try await members[count - 1].socket.hand(.published(.endpoint(fact)))
        for member in members {
            try await eventually("\(member.name) has the fact") { try await member.facts(about: endpoint) == fact }
        }
        #expect(members[0].heard == [.endpoint(fact)])

        await members[0].socket.close()  // As a crash would.
        for member in members.dropFirst() {
            try await eventually("\(member.name) notices") {
                try await member.socket.members().first { $0.card.name == members[0].name }?.health == .dead
            }
        }
        #expect(await members[1].socket.leave(within: .seconds(20)))
        for member in members.dropFirst(2) {
            try await eventually("\(member.name) hears the goodbye") {
                try await member.socket.members().first { $0.card.name == members[1].name }?.health == .left
            }
        }
        for member in members {
            let counters = try await member.socket.socketCounters()
            #expect(counters.opening.refusals == counters.opening[.ownDatagram])
            #expect(counters.datagramsUnsealed == 0)
            await member.socket.close()
        }
    }

    @Test func `keys change under a fleet that talks`() async throws {
        let (old, new) = (Sealing.key(1, 1), Sealing.key(2, 2))
        let members = try await FleetMember.openFleet(3, keys: KeyRing(old))
        let steps = [Sealing.ring([old, new], sending: 1), Sealing.ring([old, new], sending: 2), KeyRing(new)]
        var generation: UInt64 = 0
        for ring in steps {
            for member in members { member.socket.use(ring) }
            // The next step begins when everybody is known to have taken this one.
            for member in members {
                try await eventually("\(member.name) sees the new keys of all") {
                    try await member.socket.members().allSatisfy {
                        $0.card.keyIDs == ring.ids && $0.card.sendingKeyID == ring.sending.id
                    }
                }
            }
            generation += 1
            let endpoint = try #require(EndpointName("demo"))
            let fact = EndpointFact(
                endpoint: endpoint, version: FactVersion(generation: generation, sequence: 1), phase: .ended)
            try await members[0].socket.hand(.published(.endpoint(fact)))
            for member in members {
                try await eventually("\(member.name) has the fact") { try await member.facts(about: endpoint) == fact }
            }
        }
        for member in members {
            #expect(try await member.socket.members().allSatisfy { $0.health == .alive })
            let counters = try await member.socket.socketCounters()
            #expect(counters.opening.refusals == counters.opening[.ownDatagram])
            await member.socket.close()
        }
    }
}
