import EdgeProxy
import Gossip
import PostgresWire
import Telemetry
import TestKit
import Testing
import Transport

struct CancelTokenTests {
    private func keys(_ ids: [UInt8], sending: UInt8, cluster: String = "fleet") throws -> CancelTokenKeys {
        let keys = try ids.map { id in
            try #require(GossipKey(id: id, material: Secret([UInt8](repeating: id, count: 32))))
        }
        return CancelTokenKeys(
            try #require(KeyRing(keys, sendingID: sending)), cluster: try #require(ClusterID(cluster)))
    }

    private func grant(
        host: String = "10.1.2.3", serverName: String? = "compute-demo-1", endpoint: String = "demo",
        secret: [UInt8] = [1, 2, 3, 4]
    ) throws -> CancelGrant {
        CancelGrant(
            endpoint: try #require(EndpointName(endpoint)), version: FactVersion(generation: .max, sequence: 7),
            target: PostgresUpstream.Target(host: host, port: 65_535, serverName: serverName),
            computeKey: try #require(CancelKey(processID: -5, secret: secret)))
    }

    private let nonce: [UInt8] = Array(1...12)

    @Test(
        arguments: ["10.1.2.3", "2001:db8::1", "::ffff:10.1.2.3", "db.internal", "010.1.2.3", "2001:DB8::1"],
        [nil, "compute-demo-1"])
    func `what is sealed comes out as it was`(host: String, serverName: String?) throws {
        let (keys, grant) = (try keys([1], sending: 1), try grant(host: host, serverName: serverName))
        let token = try #require(
            CancelToken.seal(grant, processID: 77, lastSecond: 5, keys: keys, nonce: nonce))
        let opened = try #require(CancelToken.open(token, processID: 77, keys: keys))
        #expect(opened.grant == grant && opened.lastSecond == 5)
    }

    @Test func `names of the usual lengths fit`() throws {
        let endpoint = String(repeating: "e", count: 63)
        let grant = try grant(
            host: "2001:db8:1111:2222:3333:4444:5555:6666", serverName: "compute-\(endpoint)-12345",
            endpoint: endpoint)
        let token = try #require(
            CancelToken.seal(grant, processID: 1, lastSecond: 0, keys: try keys([1], sending: 1), nonce: nonce))
        #expect(token.count <= 256)
    }

    @Test func `a key is good while it is in the ring, and in its own fleet`() throws {
        let grant = try grant()
        let first = try keys([1], sending: 1)
        let token = try #require(CancelToken.seal(grant, processID: 1, lastSecond: 0, keys: first, nonce: nonce))
        for (ids, sending) in [([1, 2], 1), ([1, 2], 2)] as [([UInt8], UInt8)] {
            #expect(
                CancelToken.open(token, processID: 1, keys: try keys(ids, sending: sending))?.grant == grant, "\(ids)")
        }
        #expect(CancelToken.open(token, processID: 1, keys: try keys([2], sending: 2)) == nil)
        #expect(CancelToken.open(token, processID: 1, keys: try keys([1], sending: 1, cluster: "other")) == nil)
    }

    @Test func `a part of a token is none`() throws {
        let keys = try keys([1], sending: 1)
        let token = try #require(CancelToken.seal(grant(), processID: 1, lastSecond: 0, keys: keys, nonce: nonce))
        for length in 0..<token.count {
            #expect(CancelToken.open(Array(token.prefix(length)), processID: 1, keys: keys) == nil)
        }
        #expect(CancelToken.open(token + [0], processID: 1, keys: keys) == nil)
    }

    @Test func `strangers' bytes open nothing and break nothing`() throws {
        let keys = try keys([1, 2], sending: 1)
        var dice = SeededDice(seed: 7)
        let good = try #require(CancelToken.seal(grant(), processID: 1, lastSecond: 0, keys: keys, nonce: nonce))
        for _ in 0..<20_000 {
            var secret = good
            switch Int.random(in: 0..<3, using: &dice) {
            case 0:
                secret = (0..<Int.random(in: 4...256, using: &dice)).map { _ in .random(in: 0 ... .max, using: &dice) }
            case 1: secret[Int.random(in: 0..<secret.count, using: &dice)] &+= .random(in: 1 ... .max, using: &dice)
            default: secret.removeLast(Int.random(in: 1..<secret.count, using: &dice))
            }
            #expect(CancelToken.open(secret, processID: 1, keys: keys) == nil)
        }
    }

    @Test func `keys do not print`() throws {
        let text = String(reflecting: try keys([1], sending: 1)) + "\(try keys([1], sending: 1))"
        #expect(!text.contains("1, 1, 1") && text.contains("secret"))
    }
}
