import Gossip
import Testing

/// A few seconds of everything at once, then calm: all who live see each other and know the same.
struct ChaosTests {
    @Test(arguments: 1...12) func `after the storm all agree`(seed: UInt64) throws {
        var dice = GossipDice(seed: seed)
        let count = 3 + Int(dice.next() % 5)
        var fleet = MiniFleet(count, joined: dice.next() % 2 == 0, seed: seed)
        fleet.dice = GossipDice(seed: seed &+ 77)
        let addresses = (0..<count).map { MiniFleet.address($0) }
        for index in 0..<count { fleet.give(.addressesFound(addresses), to: index) }
        for _ in 0..<Int(20 + dice.next() % 40) {
            storm(&fleet, count, &dice)
            fleet.run(for: .milliseconds(Int64(dice.next() % 2000)))
        }
        fleet.cut = []
        fleet.lossPercent = 0
        fleet.flipsBits = false
        fleet.streamsWork = true
        for index in fleet.frozen.sorted() { fleet.thaw(index) }
        let living = fleet.nodes.indices.filter { !fleet.killed.contains($0) }
        for index in living { fleet.give(.addressesFound(addresses), to: index) }
        let names = living.map { fleet.nodes[$0].card.name }.sorted()
        let calm = fleet.now
        fleet.run(until: calm + .seconds(90)) { fleet in
            living.allSatisfy { fleet.nodes[$0].wakeCandidates == names }
                && Set(living.map { fleet.nodes[$0].stateRoot }).count == 1
                && living.allSatisfy { fleet.nodes[$0].counters.membersSuspect == 0 }
        }
        let replay = "replay: seed \(seed)"
        for index in living {
            #expect(fleet.nodes[index].wakeCandidates == names, "\(replay), member \(index)")
            #expect(fleet.nodes[index].stateRoot == fleet.nodes[living[0]].stateRoot, "\(replay), member \(index)")
            for number in 0..<8 {
                let name = named("ep-\(number)")
                #expect(fleet.nodes[index].fact(of: name) == fleet.nodes[living[0]].fact(of: name), "\(replay)")
            }
        }
    }

    private func storm(_ fleet: inout MiniFleet, _ count: Int, _ dice: inout GossipDice) {
        let one = Int(dice.next() % UInt64(count))
        let other = Int(dice.next() % UInt64(count))
        let running = fleet.nodes.indices.filter { fleet.isRunning($0) }
        switch dice.next() % 10 {
        case 0: fleet.cut.insert([one, other])
        case 1: fleet.cut = Set(fleet.cut.sorted { $0.lexicographicallyPrecedes($1) }.prefix(2))
        case 2: fleet.lossPercent = dice.next() % 40
        case 3: fleet.flipsBits.toggle()
        case 4: fleet.streamsWork.toggle()
        case 5: if let victim = running.first(where: { $0 % count == one }) { fleet.freeze(victim) }
        case 6: for index in fleet.frozen.sorted() { fleet.thaw(index) }
        case 7: restart(one, in: &fleet, count, &dice)
        default:
            guard let index = running.first(where: { $0 % count == one }) else { return }
            fleet.give(.published(fact(&dice)), to: index)
        }
    }

    /// Another process under the same name and address, its clock up to ten minutes off.
    private func restart(_ member: Int, in fleet: inout MiniFleet, _ count: Int, _ dice: inout GossipDice) {
        guard let old = fleet.nodes.indices.last(where: { fleet.nodes[$0].card.name.name == "proxy-\(member)" }) else {
            return
        }
        fleet.killed.insert(old)
        fleet.frozen.remove(old)
        let epoch = 1_700_000_000_000 + fleet.now.nanoseconds / 1_000_000 + dice.next() % 1_200_000 - 600_000
        let index = fleet.add(MiniFleet.card(member, process: dice.next(), epoch: epoch), seed: dice.next())
        fleet.give(.addressesFound((0..<count).map { MiniFleet.address($0) }), to: index)
    }

    private func fact(_ dice: inout GossipDice) -> Fact {
        let name = named("ep-\(dice.next() % 8)")
        if dice.next() % 4 == 0 { return .secrets(SecretsFact(endpoint: name, revision: dice.next() % 20)) }
        let version = FactVersion(generation: dice.next() % 20, sequence: dice.next() % 3)
        let place = ComputePlace(address: "10.1.0.1:5432", serverName: "s", computeID: "c")
        let phases: [EndpointFact.Phase] = [.running(place), .unreachable, .ended]
        return .endpoint(EndpointFact(endpoint: name, version: version, phase: phases[Int(dice.next() % 3)]))
    }
}
