import EdgeProxy
import Gossip
import PostgresWire
import Synchronization
import Testing
import Transport

struct CancelRegistryTests {
    private let keyring = CancelKeyring(CancelTokenKeys(secret: [1, 2, 3]))
    private let owner = CancelOwner(MemberID("proxy-a"), process: ProcessID(bits: 1))

    private func grant(_ port: Int, host: String = "127.0.0.1") throws -> CancelGrant {
        CancelGrant(
            endpoint: try #require(EndpointName("demo")), version: FactVersion(generation: 1, sequence: 1),
            target: PostgresUpstream.Target(host: host, port: port, serverName: nil),
            computeKey: try #require(CancelKey(processID: 7, secret: [1, 2, 3, 4])))
    }

    @Test func `a key opens its own session until that has ended`() throws {
        let registry = CancelRegistry(owner: owner, keyring: keyring)
        let first = try #require(registry.issue(for: try grant(1), version: .v3_0))
        let second = try #require(registry.issue(for: try grant(2), version: .v3_2))
        #expect(first.secret.count == 4)
        #expect((33...256).contains(second.secret.count))
        #expect(first.processID > 0 && second.processID > 0)
        #expect(registry.grant(for: first)?.target.port == 1)
        #expect(registry.grant(for: second)?.target.port == 2)
        registry.remove(first)
        #expect(registry.grant(for: first) == nil)
        #expect(registry.count == 1)
    }

    @Test(arguments: [ProtocolVersion.v3_0, .v3_2])
    func `no other key opens it, whichever bit is wrong`(version: ProtocolVersion) throws {
        let registry = CancelRegistry(owner: owner, keyring: keyring)
        let key = try #require(registry.issue(for: try grant(1), version: version))
        for bit in 0..<32 {
            let processID = key.processID ^ Int32(truncatingIfNeeded: 1 << bit)
            let wrong = try #require(CancelKey(processID: processID, secret: key.secret))
            #expect(registry.grant(for: wrong) == nil && registry.grant(in: wrong) == nil, "bit \(bit) of the id")
        }
        for bit in 0..<key.secret.count * 8 {
            var secret = key.secret
            secret[bit / 8] ^= 1 << UInt8(bit % 8)
            let wrong = try #require(CancelKey(processID: key.processID, secret: secret))
            #expect(registry.grant(for: wrong) == nil && registry.grant(in: wrong) == nil, "bit \(bit) of the secret")
        }
        for secret in [key.secret + [0], Array(key.secret.prefix(4)), [UInt8](repeating: 0, count: 32)]
        where secret != key.secret {
            guard let wrong = CancelKey(processID: key.processID, secret: secret) else { continue }
            #expect(registry.grant(for: wrong) == nil && registry.grant(in: wrong) == nil)
        }
    }

    @Test(arguments: [ProtocolVersion.v3_0, .v3_2])
    func `a number that comes again comes with another secret`(version: ProtocolVersion) throws {
        let registry = CancelRegistry(owner: owner, keyring: keyring, numbers: 1..<3)
        let old = try #require(registry.issue(for: try grant(1), version: version))
        registry.remove(old)
        let between = try #require(registry.issue(for: try grant(2), version: version))
        let new = try #require(registry.issue(for: try grant(3), version: version))
        #expect(new.processID == old.processID && new.secret != old.secret)
        #expect(registry.grant(for: old) == nil)
        #expect(registry.grant(for: between)?.target.port == 2)
        #expect(registry.grant(for: new)?.target.port == 3)
    }

    @Test func `a number in use is passed over, and when all are in use there is no key`() throws {
        let registry = CancelRegistry(owner: owner, keyring: keyring, numbers: 1..<4)
        let held = try #require(registry.issue(for: try grant(1), version: .v3_0))
        for port in 2...10 {
            registry.remove(try #require(registry.issue(for: try grant(port), version: .v3_0)))
            #expect(registry.grant(for: held)?.target.port == 1)
        }
        _ = try #require(registry.issue(for: try grant(11), version: .v3_0))
        _ = try #require(registry.issue(for: try grant(12), version: .v3_0))
        #expect(registry.issue(for: try grant(13), version: .v3_0) == nil)
        registry.remove(held)
        #expect(registry.issue(for: try grant(13), version: .v3_0) != nil)
    }

    @Test func `a token says all by itself, to every proxy that has the keys, until its time is over`() throws {
        let time = Mutex<UInt32>(1_000_000)
        let clock = { @Sendable in time.withLock { $0 } }
        let issuer = CancelRegistry(owner: owner, keyring: keyring, clock: clock)
        let other = CancelRegistry(
            owner: CancelOwner(MemberID("proxy-b"), process: ProcessID(bits: 2)), keyring: keyring, clock: clock)
        let stranger = CancelRegistry(
            owner: owner, keyring: CancelKeyring(CancelTokenKeys(secret: [9])), clock: clock)
        let wanted = try grant(5432)
        let key = try #require(issuer.issue(for: wanted, version: .v3_2))
        #expect(other.grant(in: key) == wanted)
        #expect(other.grant(for: key) == nil)
        #expect(stranger.grant(in: key) == nil)
        time.withLock { $0 += CancelKeyCodec.tokenLifetime }
        #expect(other.grant(in: key) == wanted)
        time.withLock { $0 += 1 }
        #expect(other.grant(in: key) == nil)
        #expect(issuer.grant(for: key) == wanted, "while the session lives, its owner knows")
    }

    @Test func `a compute whose name is too long for a token has a key that only its owner knows`() throws {
        let registry = CancelRegistry(owner: owner, keyring: keyring)
        let wanted = try grant(1, host: String(repeating: "h", count: 230))
        let key = try #require(registry.issue(for: wanted, version: .v3_2))
        #expect(key.secret.count == 32)
        #expect(registry.grant(for: key) == wanted)
        #expect(registry.grant(in: key) == nil)
    }

    @Test func `owners are told apart by name and by run`() {
        let runs = [("proxy-a", 1), ("proxy-a", 2), ("proxy-b", 1), ("proxy-a", 0)].map { name, process in
            CancelOwner(MemberID(name), process: process == 0 ? nil : ProcessID(bits: UInt64(process)))
        }
        #expect(Set(runs).count == runs.count)
    }
}
