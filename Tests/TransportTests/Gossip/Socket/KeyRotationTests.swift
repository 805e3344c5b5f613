import Gossip
import TestKit
import Testing

@testable import Transport

struct KeyRotationTests {
    @Test func `three members change their key step by step, and lose nothing`() async throws {
        let (old, new) = (Sealing.key(1, 1), Sealing.key(2, 2))
        let steps = [Sealing.ring([old, new], sending: 1), Sealing.ring([old, new], sending: 2), KeyRing(new)]
        let members = try await [1, 2, 3].asyncMap { try await ScriptedMember.open($0, keys: KeyRing(old)) }
        try await members[0].meet(members[1])
        try await members[0].meet(members[2])
        try await members[1].meet(members[2])
        var revision: UInt64 = 0
        for ring in steps {
            for member in members {
                member.socket.use(ring)
                // Each sends before and after each change of any other.
                for sender in members {
                    revision += 1
                    try await sender.publish(revision)
                }
            }
            // The last datagrams under the old key must have been read before it goes.
            for member in members {
                let count = Int(revision) * 2 / 3
                try await eventually("every fact is at \(member.process)") {
                    try await member.texts().filter { $0.hasPrefix("fact") }.count >= count
                }
            }
        }
        for (index, member) in members.enumerated() {
            let expected = (1...revision).filter { ($0 - 1) % 3 != UInt64(index) }.map { "fact \($0)" }
            let facts = try await member.texts().filter { $0.hasPrefix("fact") }
            #expect(Set(facts) == Set(expected) && facts.count == expected.count)
            #expect(try await member.socket.socketCounters().opening.refusals == 0)
            #expect(try await member.core().heard.last?.keyID == 2)
            #expect(
                try await member.core().inputs == ["keysChanged [1, 2] 1", "keysChanged [1, 2] 2", "keysChanged [2] 2"])
        }
        for member in members { await member.socket.close() }
    }

    @Test func `a member that was forgotten says which key it lacks`() async throws {
        let (a, b) = try await (ScriptedMember.open(1), ScriptedMember.open(2))
        try await a.meet(b)
        a.socket.use(KeyRing(Sealing.key(9, 9)))
        try await a.publish(1)
        try await eventually("the refusal") { try await b.socket.socketCounters().opening[.unknownKey] == 1 }
        #expect(try await b.socket.socketCounters().opening.lackingKeys.map(\.id) == [9])
        #expect(b.events.contains(.refused(.unknownKey(9), from: a.address, count: 1)))
        await a.socket.close()
        await b.socket.close()
    }
}

extension Sequence where Element: Sendable {
    fileprivate func asyncMap<Mapped: Sendable>(_ body: (Element) async throws -> Mapped) async rethrows -> [Mapped] {
        var mapped: [Mapped] = []
        for element in self { mapped.append(try await body(element)) }
        return mapped
    }
}
