import Foundation
import Testing

@testable import Gossip

struct GossipPacketTests {
    static let hash = KeyedHash(key: Array(0..<16))

    static let fact = Fact.endpoint(
        EndpointFact(
            endpoint: named("ep-blue-sky"), version: FactVersion(generation: 300, sequence: .max),
            phase: .running(ComputePlace(address: "10.1.2.3:5432", serverName: "c.example", computeID: "compute-7"))))

    static let news: [News] = [
        .alive(MiniFleet.card(3)),
        .suspect(ProcessID(bits: .max), incarnation: 1, accuser: ProcessID(bits: 0)),
        .dead(ProcessID(bits: 9), incarnation: .max, accuser: ProcessID(bits: 9)),
        .fact(fact),
        .fact(
            .endpoint(
                EndpointFact(
                    endpoint: named("a"), version: .none,
                    phase: .running(
                        ComputePlace(
                            address: "10.1.2.3:5432", serverName: "c", computeID: "c", agentAddress: "10.1.2.3:3082"))))
        ),
        .fact(.endpoint(EndpointFact(endpoint: named("a"), version: .none, phase: .unreachable))),
        .fact(.endpoint(EndpointFact(endpoint: named("a"), version: .end(ofGeneration: 4), phase: .ended))),
        .fact(.secrets(SecretsFact(endpoint: named("a"), revision: 1 << 40))),
    ]

    static let parts: [GossipPart] =
        [
            .ping(sequence: 1, target: ProcessID(bits: .max), round: .max, root: 77), .ack(sequence: .max, root: 0),
            .pingRequest(sequence: 4, target: ProcessID(bits: 5), patience: 130), .nack(sequence: 6),
            .vouch(sequence: 7), .hello(MiniFleet.card(1)), .welcome(MiniFleet.card(2)), .whoAreYou,
            .predecessor(epoch: 1_700_000_000_000), .announce([1, 2, .max]), .announce([]), .pull([9]),
        ]
        + news.flatMap {
            [.news(age: 59_999, body: $0.body[...]), .newsToAll(age: 0, body: $0.body[...])]
        }

    @Test(arguments: parts) func `a part is read as it was written`(part: GossipPart) throws {
        var packet = GossipPacket(budget: 1158)
        packet.append(part)
        let bytes = packet.sealed(with: Self.hash)
        #expect(try GossipPacket.parts(of: bytes, hash: Self.hash, limit: 1158) == [part])
    }

    @Test(arguments: news) func `news is read as it was written`(news: News) throws {
        #expect(try News(body: news.body[...]) == news)
    }

    @Test func `many parts share a datagram and none goes over the budget`() throws {
        var packet = GossipPacket(budget: 300)
        var inside: [GossipPart] = []
        for part in Self.parts + Self.parts where packet.append(part) { inside.append(part) }
        let bytes = packet.sealed(with: Self.hash)
        #expect(bytes.count <= 300)
        #expect(inside.count > 3 && inside.count < 2 * Self.parts.count)
        #expect(try GossipPacket.parts(of: bytes, hash: Self.hash, limit: 300) == inside)
    }

    /// The figures behind the idle traffic: 2 pings and 2 acks a second with 70 B around each.
    @Test func `a ping has 29 bytes and an ack 17`() {
        var ping = GossipPacket(budget: 1158)
        ping.append(.ping(sequence: 1, target: ProcessID(bits: 2), round: 3, root: 4))
        #expect(ping.sealed(with: Self.hash).count == 29)
        var ack = GossipPacket(budget: 1158)
        ack.append(.ack(sequence: 1, root: 4))
        #expect(ack.sealed(with: Self.hash).count == 17)
    }

    @Test func `a part of a later version is stepped over`() throws {
        let later: [UInt8] = [0x90, 3, 1, 2, 3]
        var known = WireWriter()
        GossipPart.nack(sequence: 6).write(to: &known)
        #expect(try GossipPacket.parts(of: (later + known.bytes)[...]) == [.nack(sequence: 6)])
    }

    @Test func `what is wrong is named`() {
        #expect(throws: MalformedGossip.unknownPart(0)) { try GossipPacket.parts(of: [0][...]) }
        #expect(throws: MalformedGossip.truncated) { try GossipPacket.parts(of: [1, 0, 0][...]) }
        #expect(throws: MalformedGossip.tooLarge(257, limit: 256)) { try GossipPacket.parts(of: [11, 0x81, 2][...]) }
        #expect(throws: MalformedGossip.truncated) { try GossipPacket.parts(of: [11, 200, 1, 7][...]) }
        #expect(throws: MalformedGossip.varintTooLong) {
            try GossipPacket.parts(of: ([9] + [UInt8](repeating: 0xff, count: 10))[...])
        }
        #expect(throws: MalformedGossip.tooManyParts(limit: 512)) {
            try GossipPacket.parts(of: [UInt8](repeating: 8, count: 600)[...])
        }
        #expect(throws: MalformedGossip.truncated) {
            try GossipPacket.parts(of: [1], hash: Self.hash, limit: 1158)
        }
        #expect(throws: MalformedGossip.tooLarge(1159, limit: 1158)) {
            try GossipPacket.parts(of: [UInt8](repeating: 8, count: 1159), hash: Self.hash, limit: 1158)
        }
    }

    @Test func `any flipped bit is noticed`() throws {
        var packet = GossipPacket(budget: 1158)
        for part in Self.parts.prefix(8) { packet.append(part) }
        let bytes = packet.sealed(with: Self.hash)
        for index in 0..<bytes.count * 8 {
            var flipped = bytes
            flipped[index / 8] ^= 1 << UInt8(index % 8)
            #expect(throws: MalformedGossip.badCheck) {
                try GossipPacket.parts(of: flipped, hash: Self.hash, limit: 1158)
            }
        }
    }

    /// Per seed. A million in all: `SIDECAR_FUZZ_ROUNDS=250000 swift test --filter 'no bytes are too strange'`.
    private static let rounds = ProcessInfo.processInfo.environment["SIDECAR_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 25_000

    /// Past the check, so that every branch is reached: random bytes, and good ones with a few changed.
    @Test(arguments: 0..<4) func `no bytes are too strange`(seed: UInt64) {
        var dice = GossipDice(seed: seed)
        let good = Self.parts.map { part in
            var writer = WireWriter()
            part.write(to: &writer)
            return writer.bytes
        }
        var understood = 0
        for round in 0..<Self.rounds {
            var bytes: [UInt8]
            if round % 2 == 0 {
                bytes = (0..<dice.below(80)).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
                if !bytes.isEmpty { bytes[0] = bytes[0] % 14 }
            } else {
                bytes = good[dice.below(good.count)] + good[dice.below(good.count)]
                for _ in 0...dice.below(4) { bytes[dice.below(bytes.count)] = UInt8(truncatingIfNeeded: dice.next()) }
                if dice.below(3) == 0 { bytes.removeLast(dice.below(bytes.count)) }
            }
            guard let parts = try? GossipPacket.parts(of: bytes[...]) else { continue }
            understood += 1
            for part in parts {
                switch part {
                case .news(_, let body), .newsToAll(_, let body): _ = try? News(body: body)
                default: break
                }
            }
        }
        #expect(understood > Self.rounds / 25)
    }

    @Test(arguments: 0..<2) func `no step of a repair is too strange`(seed: UInt64) {
        var dice = GossipDice(seed: seed)
        let entries: [RepairEntry] = [
            .fact(Self.fact), .member(MiniFleet.card(1), .left),
            .floor(FactFloor(key: 1, version: FactVersion(generation: 2, sequence: 3), rank: 2, state: 4)),
        ]
        let good = [
            RepairQuestion.entries(entries).encoded, RepairQuestion.groups(Array(0..<64)).encoded,
            RepairQuestion.buckets([1, 2], [RepairLine(key: 3, state: 4)]).encoded,
            RepairQuestion.everything(fromBucket: 9).encoded, RepairAnswer.page(entries, nextBucket: 1023).encoded,
            RepairAnswer.entries(entries, wanted: [1, 2], isComplete: true).encoded,
            RepairAnswer.differing([1, 1023]).encoded, RepairAnswer.taken.encoded,
        ]
        for _ in 0..<10_000 {
            var bytes = good[dice.below(good.count)]
            for _ in 0...dice.below(3) { bytes[dice.below(bytes.count)] = UInt8(truncatingIfNeeded: dice.next()) }
            _ = try? RepairQuestion(decoding: bytes)
            _ = try? RepairAnswer(decoding: bytes)
        }
    }

    @Test func `steps of a repair are read as they were written`() throws {
        let entries: [RepairEntry] = [
            .fact(Self.fact), .member(MiniFleet.card(1), .suspect),
            .floor(FactFloor(key: 1, version: FactVersion(generation: 2, sequence: 3), rank: 2, state: 4)),
        ]
        let questions: [RepairQuestion] = [
            .everything(fromBucket: 1023), .groups([1, .max]), .entries(entries),
            .buckets([0, 1023], [RepairLine(key: 3, state: 4)]),
        ]
        for question in questions { #expect(try RepairQuestion(decoding: question.encoded) == question) }
        let answers: [RepairAnswer] = [
            .page(entries, nextBucket: 0), .page([], nextBucket: nil), .differing([5]), .taken,
            .entries(entries, wanted: [7], isComplete: false),
        ]
        for answer in answers { #expect(try RepairAnswer(decoding: answer.encoded) == answer) }
        #expect(throws: MalformedGossip.trailingBytes(1)) {
            try RepairAnswer(decoding: RepairAnswer.taken.encoded + [0])
        }
    }
}
