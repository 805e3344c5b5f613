import Gossip
import NIOCore
import TestKit
import Testing

@testable import Transport

struct DatagramSealingTests {
    private var sealer: DatagramSealer
    private var opener = Sealing.opener(2)

    init() throws {
        sealer = try Sealing.sealer(1)
    }

    @Test mutating func `what was sealed for me is opened, and says who sealed it`() throws {
        let datagram = try sealer.seal("news", for: 2)
        #expect(datagram.count == 4 + DatagramHeader.overhead)
        let opened = try opener.open(ByteBuffer(bytes: datagram), wallClock: Sealing.epoch)
        #expect(
            opened
                == .init(
                    plaintext: Array("news".utf8), sender: ProcessID(bits: 1), epoch: Sealing.epoch, keyID: 1,
                    isForMe: true))
        #expect(opener.counters.opened == 1)
        #expect(opener.counters.refusals == 0)
    }

    @Test mutating func `the layout: version, key, sender, epoch, counter`() throws {
        _ = try sealer.seal("", for: 2)
        let datagram = try sealer.seal("", for: 2)
        let header: [UInt8] =
            [1, 1] + [0, 0, 0, 0, 0, 0, 0, 1] + [0, 0, 0x01, 0x8b, 0xcf, 0xe5, 0x68, 0x00] + [0, 0, 0, 0, 0, 0, 0, 2]
        #expect(Array(datagram.prefix(DatagramHeader.length)) == header)
        #expect(datagram.count == DatagramHeader.overhead)
    }

    @Test mutating func `a first contact is for any member, anything else for one`() throws {
        let opened = try opener.open(ByteBuffer(bytes: sealer.seal("hello", for: nil)), wallClock: Sealing.epoch)
        #expect(!opened.isForMe)
        #expect(opener.text(try sealer.seal("for another", for: 3)) == .failure(.notAuthentic))
    }

    @Test mutating func `a change of any byte is noticed`() throws {
        let datagram = try sealer.seal("some news", for: 2)
        for index in datagram.indices {
            var changed = datagram
            changed[index] ^= 1 << (index % 8)
            #expect((try? opener.text(changed).get()) == nil, "byte \(index)")
        }
        for count in datagram.indices {
            #expect((try? opener.text(Array(datagram.prefix(count))).get()) == nil, "\(count)")
        }
        #expect(opener.senderCount == 0)
        #expect(opener.counters.opened == 0)
        #expect(opener.text(datagram) == .success("some news"))
    }

    @Test mutating func `a replay is refused, a reordering is not`() throws {
        let datagrams = try (1...5).map { try sealer.seal("\($0)", for: 2) }
        for index in [4, 0, 2, 1, 3] { #expect(opener.text(datagrams[index]) == .success("\(index + 1)")) }
        for datagram in datagrams { #expect(opener.text(datagram) == .failure(.replayed)) }
        for _ in 0..<2048 { _ = try sealer.seal("", for: 3) }
        let late = try sealer.seal("late", for: 2)
        #expect(opener.text(late) == .success("late"))
        #expect(opener.text(datagrams[0]) == .failure(.tooOld))
        #expect(opener.counters[.replayed] == 5)
        #expect(opener.counters[.tooOld] == 1)
    }

    @Test mutating func `a forged counter does not shut the sender out`() throws {
        #expect(opener.text(try sealer.seal("1", for: 2)) == .success("1"))
        var forged = try sealer.seal("2", for: 2)
        forged[18] = 0xff  // The counter's first byte.
        #expect(opener.text(forged) == .failure(.notAuthentic))
        #expect(opener.text(try sealer.seal("3", for: 2)) == .success("3"))
    }

    @Test mutating func `another cluster with the same key is not understood`() throws {
        var stranger = try Sealing.sealer(3, cluster: Sealing.cluster("release/other"))
        #expect(opener.text(try stranger.seal("x", for: 2)) == .failure(.notAuthentic))
        #expect(opener.text(try stranger.seal("x", for: nil)) == .failure(.notAuthentic))
        #expect(opener.counters[.notAuthentic] == 2)
    }

    @Test mutating func `a cluster id is not confused with what follows it`() throws {
        // As text, `ab` and receiver `c…` could be `abc` and another receiver.
        let receiver = UInt64(0x6363_6363_6363_6363)
        var opener = Sealing.opener(receiver, cluster: Sealing.cluster("abcc"))
        var sealer = try Sealing.sealer(1, cluster: Sealing.cluster("abc"))
        #expect(opener.text(try sealer.seal("x", for: receiver)) == .failure(.notAuthentic))
    }

    @Test mutating func `another key of the same number is not understood`() throws {
        var stranger = try Sealing.sealer(3, keys: KeyRing(Sealing.key(1, 0xbb)))
        #expect(opener.text(try stranger.seal("x", for: 2)) == .failure(.notAuthentic))
    }

    @Test mutating func `a key that is lacking is named`() throws {
        var ahead = try Sealing.sealer(3, keys: KeyRing(Sealing.key(9, 0xaa)))
        #expect(opener.text(try ahead.seal("x", for: 2)) == .failure(.unknownKey(9)))
        #expect(opener.text(try ahead.seal("x", for: 2)) == .failure(.unknownKey(9)))
        #expect(opener.counters.lackingKeys.map(\.id) == [9])
        #expect(opener.counters.lackingKeys.map(\.count) == [2])
        #expect(opener.counters[.unknownKey] == 2)
    }

    @Test mutating func `my own datagrams are not news`() throws {
        var mine = try Sealing.sealer(2)
        #expect(opener.text(try mine.seal("x", for: nil)) == .failure(.ownDatagram))
    }

    @Test mutating func `an epoch far ahead is refused, a little ahead is not`() throws {
        var ahead = try Sealing.sealer(3, epoch: Sealing.epoch + 300_001)
        #expect(opener.text(try ahead.seal("x", for: 2)) == .failure(.epochAhead(milliseconds: 300_001)))
        #expect(opener.senderCount == 0)
        #expect(opener.text(try ahead.seal("x", for: 2), wallClock: Sealing.epoch + 1) == .success("x"))
        // A clock that is set back does not cut off who is known.
        #expect(opener.text(try ahead.seal("y", for: 2), wallClock: 0) == .success("y"))
        var never = try Sealing.sealer(4, epoch: .max)
        #expect(opener.text(try never.seal("x", for: 2), wallClock: 0) == .failure(.epochAhead(milliseconds: .max)))
        var old = try Sealing.sealer(5, epoch: 0)
        #expect(opener.text(try old.seal("x", for: 2), wallClock: .max) == .success("x"))
    }

    @Test mutating func `a datagram has at most 1,200 bytes`() throws {
        let text = String(repeating: "x", count: DatagramHeader.datagramLimit - DatagramHeader.overhead)
        let full = try sealer.seal(text, for: 2)
        #expect(full.count == 1200)
        #expect(opener.text(full + [0]) == .failure(.tooLong(1201)))
        #expect(opener.text(full) == .success(text))
        #expect(throws: DatagramSealer.Failure.tooLong(text.utf8.count + 1)) { try sealer.seal(text + "x", for: 2) }
    }

    @Test mutating func `random bytes change nothing but a count`() throws {
        var dice = SeededDice(seed: 7)
        let noise = (0..<20_000).map { _ in UInt8.random(in: 0...255, using: &dice) }
        for round in 0..<20_000 {
            let count = Int.random(in: 0...1300, using: &dice)
            var bytes = Array(noise.dropFirst(Int.random(in: 0..<18_000, using: &dice)).prefix(count))
            // Half of them get past the first looks.
            if round % 2 == 0, count >= 2 { (bytes[0], bytes[1]) = (1, 1) }
            #expect((try? opener.text(bytes).get()) == nil, "seed 7, round \(round)")
        }
        #expect(opener.senderCount == 0)
        #expect(opener.counters.refusals == 20_000)
        #expect(opener.counters[.notAuthentic] > 8_000)
    }

    @Test func `only as many senders are remembered as the limit says, the latest`() throws {
        var opener = Sealing.opener(1, senderLimit: 3)
        var sealers = try (2...5).map { try Sealing.sealer($0) }
        for index in 0..<3 { #expect(opener.text(try sealers[index].seal("a", for: 1)) == .success("a")) }
        #expect(opener.text(try sealers[0].seal("b", for: 1)) == .success("b"))
        #expect(opener.text(try sealers[3].seal("a", for: 1)) == .success("a"))  // Puts out the second.
        #expect(opener.senderCount == 3)
        #expect(opener.text(try sealers[1].seal("b", for: 1)) == .success("b"))
        #expect(opener.senderCount == 3)
    }

    @Test func `a restarted process has a window of its own`() throws {
        var opener = Sealing.opener(1)
        var (before, after) = try (Sealing.sealer(2), Sealing.sealer(2, epoch: Sealing.epoch + 1))
        #expect(opener.text(try before.seal("a", for: 1)) == .success("a"))
        #expect(opener.text(try after.seal("b", for: 1)) == .success("b"))
        #expect(opener.senderCount == 2)
    }

    @Test func `nothing is sealed beyond the counter's limit`() throws {
        var sealer = try DatagramSealer(
            cluster: Sealing.cluster, sender: ProcessID(bits: 1), epoch: 0, keys: Sealing.ring,
            lastCounter: DatagramSealer.counterLimit - 1)
        _ = try sealer.seal("last", for: 2)
        var output: [UInt8] = [1]
        #expect(throws: DatagramSealer.Failure.counterExhausted) { try sealer.seal([2], for: nil, into: &output) }
        #expect(output == [1])
    }

    @Test func `a rotation loses nothing, and a removed key opens nothing`() throws {
        let (old, new) = (Sealing.key(1, 1), Sealing.key(2, 2))
        let rings = [
            KeyRing(old), Sealing.ring([old, new], sending: 1), Sealing.ring([old, new], sending: 2), KeyRing(new),
        ]
        var sealer = try Sealing.sealer(1, keys: rings[0])
        var opener = Sealing.opener(2, keys: rings[0])
        // Neither side is ever more than one step from the other.
        var steps = [(0, 0)]
        for step in 1..<rings.count { steps += [(step - 1, step), (step, step), (step, step - 1), (step, step)] }
        var early: [UInt8] = []
        for (sending, receiving) in steps {
            try sealer.use(rings[sending])
            opener.use(rings[receiving])
            let datagram = try sealer.seal("x", for: 2)
            if early.isEmpty { early = datagram }
            #expect(opener.text(datagram) == .success("x"), "\(sending) \(receiving)")
        }
        #expect(opener.text(early) == .failure(.unknownKey(1)))
        opener.use(rings[1])
        #expect(opener.text(early) == .failure(.replayed))  // The window has outlived the keys.
        opener.use(Sealing.ring([Sealing.key(1, 9), new], sending: 2))
        try sealer.use(rings[0])
        #expect(opener.text(try sealer.seal("x", for: 2)) == .failure(.notAuthentic))
    }
}
