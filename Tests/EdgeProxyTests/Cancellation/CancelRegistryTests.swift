import EdgeProxy
import PostgresWire
import Testing
import Transport

struct CancelRegistryTests {
    private func entry(_ port: Int) throws -> CancelRegistry.Entry {
        let key = try #require(CancelKey(processID: 7, secret: [1, 2, 3, 4]))
        return CancelRegistry.Entry(
            target: PostgresUpstream.Target(host: "127.0.0.1", port: port, serverName: nil), computeKey: key)
    }

    @Test func `a key opens its own session until that has ended`() throws {
        let registry = CancelRegistry()
        let first = registry.issue(for: try entry(1), version: .v3_0)
        let second = registry.issue(for: try entry(2), version: .v3_2)
        #expect(first.secret.count == 4)
        #expect(second.secret.count == 32)
        #expect(first.processID >= 0 && second.processID >= 0)
        #expect(registry.entry(for: first)?.target.port == 1)
        #expect(registry.entry(for: second)?.target.port == 2)
        registry.remove(first)
        #expect(registry.entry(for: first) == nil)
        #expect(registry.count == 1)
    }

    @Test func `a wrong secret opens nothing`() throws {
        let registry = CancelRegistry()
        let key = registry.issue(for: try entry(1), version: .v3_0)
        for secret in [key.secret.map { $0 ^ 1 }, key.secret + [0], [UInt8](repeating: 0, count: 32)] {
            let wrong = try #require(CancelKey(processID: key.processID, secret: secret))
            #expect(registry.entry(for: wrong) == nil)
        }
    }
}
