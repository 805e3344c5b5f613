import EdgeProxy
import NIOCore
import PostgresWire
import TestKit
import Testing
import Transport

/// A client whose query sleeps until somebody stops it.
struct Sleeper {
    var client: RawClient
    let key: CancelKey
    private let proxy: RunningProxy
    /// Part of its query, and of no other's.
    private let word = "sleeper \(SessionID.fresh())"

    /// Returns when the query runs.
    init(at proxy: RunningProxy, version: ProtocolVersion) async throws {
        self.proxy = proxy
        client = try await RawClient(to: proxy)
        let parameters = StartupParameters([("user", EdgeFixture.role)])
        try await client.send(StartupMessage(version: version, parameters: parameters))
        _ = try await client.next()
        try await client.prove(EdgeFixture.password)
        let frame = try #require(try await client.frames(upTo: "Z").first { $0.name == "K" })
        key = try #require(BackendKeyData(decoding: frame.body)?.key)
        try await sleep()
    }

    /// Asks for the query, and returns when it runs.
    mutating func sleep() async throws {
        try await send("select pg_sleep(60), '\(word)'")
        let sleeper = self
        try await eventually("the query runs") { try await sleeper.isAsleep() }
    }

    func isAsleep() async throws -> Bool {
        let observer = try await proxy.connect()
        let own = "query like '%\(word)%' and pid <> pg_backend_pid()"
        let rows = try await observer.query("select 1 from pg_stat_activity where state = 'active' and \(own)")
        await observer.close()
        return rows.count == 1
    }

    mutating func answer(to query: String) async throws -> [Frame] {
        try await send(query)
        return try await client.frames(upTo: "Z")
    }

    private func send(_ query: String) async throws {
        var bytes = ByteBuffer()
        SimpleQuery.encode(query, into: &bytes)
        try await client.send(bytes)
    }
}
