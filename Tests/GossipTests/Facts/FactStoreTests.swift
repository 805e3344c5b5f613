import Testing

@testable import Gossip

struct FactStoreTests {
    private let start = GossipInstant(nanoseconds: 0)
    private let hash = KeyedHash(key: Array(0..<16))

    private func store(factLimit: Int = 1000, floorLimit: Int = 1000) -> FactStore {
        FactStore(hash: hash, factLimit: factLimit, floorLimit: floorLimit)
    }

    private func fact(
        _ generation: UInt64, _ sequence: UInt64 = 0, _ phase: EndpointFact.Phase? = nil, name: String = "a",
        address: String = "h:1"
    ) -> Fact {
        let place = ComputePlace(address: address, serverName: "s", computeID: "c")
        return .endpoint(
            EndpointFact(
                endpoint: named(name), version: FactVersion(generation: generation, sequence: sequence),
                phase: phase ?? .running(place)))
    }

    /// Everything that can be said of two generations.
    private var all: [Fact] {
        [1, 2].flatMap { generation in
            [0, 1].flatMap { sequence in
                [
                    fact(generation, sequence), fact(generation, sequence, .unreachable),
                    fact(generation, sequence, .ended),
                ]
            }
        } + [
            fact(2, 1, address: "other:1"), .secrets(SecretsFact(endpoint: named("a"), revision: 4)),
            .secrets(SecretsFact(endpoint: named("a"), revision: 5)),
        ]
    }

    @Test(arguments: 0..<50) func `order and repetition do not matter`(seed: UInt64) {
        var dice = GossipDice(seed: seed)
        var (one, other) = (store(), store())
        var (digest, otherDigest) = (StateDigest(), StateDigest())
        for fact in all.shuffled(using: &dice) { _ = one.merge(fact, settlingAt: start, into: &digest) }
        for fact in (all + all).shuffled(using: &dice) { _ = other.merge(fact, settlingAt: start, into: &otherDigest) }
        digest.settle(at: start)
        otherDigest.settle(at: start)
        #expect(one.endpoint(named("a")) == other.endpoint(named("a")))
        #expect(one.endpoint(named("a"))?.version == FactVersion(generation: 2, sequence: 1))
        #expect(one.endpoint(named("a"))?.phase == .ended)
        #expect(one.secretsRevision(of: named("a")) == 5)
        #expect(digest.root == otherDigest.root)
        #expect(digest.root != 0)
    }

    @Test func `the version decides, then ended above unreachable above running`() {
        var store = store()
        var digest = StateDigest()
        let merged = [
            fact(3, 5), fact(3, 4), fact(3, 5), fact(3, 5, .unreachable), fact(3, 5), fact(3, 5, .ended),
            fact(3, 5, .unreachable), fact(2, .max, .ended), fact(4, 0),
        ].map { store.merge($0, settlingAt: start, into: &digest) }
        #expect(merged == [.fresh, .stale, .known, .fresh, .stale, .fresh, .stale, .stale, .fresh])
        #expect(store.tieCount == 0)
    }

    @Test func `one version at two places is a tie: counted, and settled alike by all`() {
        let places = [fact(1, address: "x:1"), fact(1, address: "y:1"), fact(1, address: "z:1")]
        var winners: [EndpointFact?] = []
        for order in [places, places.reversed(), [places[1], places[0], places[2]]] {
            var store = store()
            var digest = StateDigest()
            for fact in order { _ = store.merge(fact, settlingAt: start, into: &digest) }
            winners.append(store.endpoint(named("a")))
            #expect(store.tieCount == 2)
        }
        #expect(winners[0] == winners[1] && winners[1] == winners[2])
    }

    // MARK: - Floors

    @Test func `over the limit the oldest shrink to floors, which go on refusing`() {
        var store = store(factLimit: 10)
        var digest = StateDigest()
        for number in 0..<30 { _ = store.merge(fact(5, name: "ep-\(number)"), settlingAt: start, into: &digest) }
        digest.settle(at: start)
        let root = digest.root
        #expect(store.factCount == 10)
        #expect(store.floorCount == 20)
        #expect(store.endpoint(named("ep-0")) == nil)
        #expect(store.endpoint(named("ep-29")) != nil)
        let older = store.merge(fact(4, name: "ep-0"), settlingAt: start, into: &digest)
        #expect(older == .stale)
        let same = store.merge(fact(5, name: "ep-0"), settlingAt: start, into: &digest)
        #expect(same == .refilled, "its content is welcome, and no news")
        digest.settle(at: start)
        #expect(digest.root == root, "who has shrunk a fact agrees with who has not")
        #expect(store.factCount == 10)
        let newer = store.merge(fact(6, name: "ep-1"), settlingAt: start, into: &digest)
        #expect(newer == .fresh)
    }

    @Test func `over their limit the oldest floors are forgotten and counted`() {
        var store = store(factLimit: 5, floorLimit: 5)
        var digest = StateDigest()
        for number in 0..<30 { _ = store.merge(fact(5, name: "ep-\(number)"), settlingAt: start, into: &digest) }
        #expect(store.factCount == 5)
        #expect(store.floorCount == 5)
        #expect(store.evictedCount == 25)
        #expect(store.forgottenCount == 20)
        let forgotten = store.merge(fact(1, name: "ep-0"), settlingAt: start, into: &digest)
        #expect(forgotten == .fresh)
    }

    @Test func `a floor from another member refuses here too`() throws {
        var (one, other) = (store(factLimit: 1), store())
        var (digest, otherDigest) = (StateDigest(), StateDigest())
        _ = one.merge(fact(5, name: "gone"), settlingAt: start, into: &digest)
        _ = one.merge(fact(5, name: "kept"), settlingAt: start, into: &digest)
        let key = one.key(of: fact(5, name: "gone"))
        guard case .floor(let floor)? = one.entry(of: key) else {
            Issue.record("not a floor")
            return
        }
        let merged = [
            other.merge(fact(4, name: "gone"), settlingAt: start, into: &otherDigest),
            other.merge(floor, settlingAt: start, into: &otherDigest),
            other.merge(fact(4, name: "gone"), settlingAt: start, into: &otherDigest),
            other.merge(fact(5, name: "kept"), settlingAt: start, into: &otherDigest),
        ]
        #expect(merged == [.fresh, .fresh, .stale, .fresh])
        digest.settle(at: start)
        otherDigest.settle(at: start)
        #expect(digest.root == otherDigest.root)
    }

    @Test(arguments: 0..<10) func `counts, lines and hashes agree with each other, whatever happens`(seed: UInt64) {
        var dice = GossipDice(seed: seed)
        var store = store(factLimit: 20, floorLimit: 40)
        var digest = StateDigest()
        for _ in 0..<3000 {
            let phases: [EndpointFact.Phase?] = [nil, .unreachable, .ended]
            let fact = fact(
                UInt64(dice.below(5)), UInt64(dice.below(3)), phases[dice.below(3)], name: "ep-\(dice.below(100))")
            _ = store.merge(fact, settlingAt: start, into: &digest)
        }
        digest.settle(at: start)
        let lines = (0..<StateDigest.bucketCount).flatMap { store.lines(inBucket: $0) }
        #expect(lines.count == store.factCount + store.floorCount)
        #expect(store.factCount <= 20 && store.floorCount <= 40)
        #expect(lines.reduce(0) { $0 &+ $1.state } == digest.root)
        #expect(digest.groups.reduce(0, &+) == digest.root)
    }

    // MARK: - Digest

    @Test func `a change is in the root once it has settled`() {
        var digest = StateDigest()
        digest.change(key: 1 << 60, from: 0, to: 77, settlingAt: GossipInstant(nanoseconds: 500))
        digest.settle(at: GossipInstant(nanoseconds: 499))
        #expect(digest.root == 0)
        digest.settle(at: GossipInstant(nanoseconds: 500))
        #expect(digest.root == 77)
        #expect(digest.buckets[64] == 77)
        #expect(digest.groups[4] == 77)
    }
}
