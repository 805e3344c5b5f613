import SidecarAPI
import TestKit
import Testing
import Transport

@testable import ComputeAgent

/// Changes of a compute that serves: those that fail, and those that wait for a restart.
@Suite(.enabled(if: ComputeFixture.binaries != nil, "PostgreSQL is not installed"))
struct ReconfigurationTests {
    private func spec(_ fixture: ComputeFixture, settings: String = "", databases: String = "", pages: Int = 1)
        -> String
    {
        fixture.spec(databases: #"{"name": "shop", "owner": "app"}"# + databases)
            .replacing(#""settings": []"#, with: #""settings": [\#(settings)]"#)
            .replacing(
                #""suspend_timeout_seconds""#,
                with: #"""
                    "storage_mode": "local", "pageserver_connection_info": {"shard_count": 0, "shards": {"0000":
                      {"pageservers": [{"id": \#(pages), "libpq_url": "host=ps-\#(pages)"}]}}}, "suspend_timeout_seconds"
                    """#)
    }

    private func setting(_ name: String, _ value: String) -> String {
        #"{"name": "\#(name)", "value": "\#(value)", "vartype": "string"}"#
    }

    @Test func `a change that fails is told, and nobody stops dialling a Postgres that serves`() async throws {
        let fixture = try ComputeFixture()
        let listener = ReportListener()
        let server = try await listener.start(fixture)
        let agent = try await HTTPAgent(fixture, spec: nil) {
            $0.reportTargets = [ReportAddresses(HostAndPort(host: "127.0.0.1", port: server.port))]
        }
        let good = setting("work_mem", "7MB")
        #expect(try await agent.call("POST", "/configure", spec(fixture, settings: good)).status == 200)
        let client = try await fixture.connect()

        // A setting that Postgres refuses, with pages elsewhere: nothing of that is true.
        let refused = try await agent.call(
            "POST", "/configure", spec(fixture, settings: setting("work_mem", "lots"), pages: 2))
        #expect(refused.status == 500)
        #expect(refused.error.hasPrefix("compute configuration failed: ") && refused.error.contains("work_mem"))
        var status = try await agent.call("GET", "/status")
        #expect(status.state == "running")
        #expect(status.text.contains("postgres refuses the configuration"), "\(status.text)")
        #expect(try await client.query("SHOW work_mem") == [["7MB"]])
        try await eventually("the listener knows of it") { listener.received.last?.error.isEmpty == false }
        // What the monitor sees is told after it.
        let told = try #require(listener.received.last { $0.previousState == .configuration })
        #expect(told.state == .running && !told.error.isEmpty && told.address.hasSuffix("\(fixture.port)"))
        #expect(told.pageserver?.shards.first?.pageservers.map(\.id) == [1])

        // One object that cannot be had; the others are.
        let odd =
            #", {"name": "odd", "owner": "app", "options": [{"name": "encoding", "value": "none", "vartype": "string"}]}"#
        let even = #", {"name": "even", "owner": "app"}"#
        #expect(try await agent.call("POST", "/configure", spec(fixture, databases: odd + even)).status == 500)
        status = try await agent.call("GET", "/status")
        #expect(status.state == "running" && status.text.contains(#"database \"odd\""#), "\(status.text)")
        let other = try await fixture.connect(database: "even")
        await other.close()

        // What needs a restart is in the file and not in force.
        let waiting = spec(fixture, settings: good + "," + setting("max_connections", "77"), databases: even)
        let changed = try await agent.call("POST", "/configure", waiting)
        #expect(changed.status == 200)
        #expect(changed.json["pending_restart"] == .list([.string("max_connections")]))
        #expect(changed.json["error"] == .null)
        #expect(try await client.query("SHOW max_connections") == [["500"]])
        await client.close()

        #expect(!listener.states.contains(.failed))
        #expect(try await agent.call("POST", "/terminate?mode=immediate").status == 200)
        #expect(await agent.exitCode == 0)
        await server.shutdown(grace: .zero)
    }

    /// What stands beside a pushed spec counts from when the spec is accepted, whatever becomes of it.
    @Test func `keys are exchanged although their spec cannot be applied`() async throws {
        let fixture = try ComputeFixture()
        let makers = try (0..<3).map { _ in try TokenMaker() }
        let tokens = makers.map { "Bearer " + $0.token(#"{"compute_id": "\#(fixture.computeID)"}"#) }
        let said = KeptLog.Lines()
        let sets = makers.map { TokenMaker.set([$0]) }
        let agent = try await HTTPAgent(fixture, spec: with(sets[0], fixture.spec())) {
            $0.http?.keyFile = nil
            $0.log = KeptLog.logger(into: said)
        }
        let status = { @Sendable (key: Int) in try await agent.call("GET", "/status", token: tokens[key]) }
        let push = { (path: String, body: String, key: Int) in
            try await agent.call("POST", path, body, token: tokens[key]).status
        }
        try await eventually("it runs") { try await status(0).state == "running" }

        let odd =
            #", {"name": "odd", "owner": "app", "options": [{"name": "encoding", "value": "none", "vartype": "string"}]}"#
        let broken = spec(fixture, databases: odd).replacing(
            #""compute_ctl_config": {"#,
            with: #""compute_ctl_config": {"novel": 1, "tls": {"key_path": "/k", "cert_path": "/c"}, "#)
        #expect(try await push("/configure", with(sets[1], broken), 0) == 500)
        #expect(try await status(0).status == 401)
        #expect(try await status(1).state == "running")
        let remarks = {
            said.all.filter { $0.contains("has no effect here") && $0.contains("compute_ctl_config.novel") }
        }
        #expect(remarks().count == 1 && remarks().allSatisfy { $0.contains("compute_ctl_config.tls") }, "\(remarks())")
        #expect(try await push("/configure", with(sets[1], broken), 1) == 500)
        #expect(remarks().count == 1, "once for each spec")

        // The same by the other way in: a promotion that got as far as its spec is one to go on with.
        let promotion = with(sets[2], broken).replacing(
            #"{"spec":"#, with: #"{"wal_flush_lsn": "0/1", "spec":"#)
        #expect(try await push("/promote", promotion, 1) == 500)
        #expect(try await status(1).status == 401)
        #expect(try await status(2).status == 200)

        // A set that nobody could sign for locks nobody out.
        let unusable = #"{"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}"#
        #expect(try await push("/configure", with(unusable, fixture.spec()), 2) == 200)
        #expect(try await status(2).status == 200)
        agent.signal()
        #expect(await agent.exitCode == 0)
    }

    private func with(_ keys: String, _ envelope: String) -> String {
        envelope.replacing(#"{"keys": []}"#, with: keys)
    }
}
