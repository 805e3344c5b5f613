import Glibc
import PostgresWire
import Telemetry
import TestKit
import Testing
import Transport

@testable import ComputeAgent

/// The HTTP interface of a whole agent, on a real PostgreSQL.
@Suite(.serialized, .enabled(if: ComputeFixture.binaries != nil, "PostgreSQL is not installed"))
struct AgentHTTPTests {
    @Test func `a compute is configured, looked at, changed and ended over HTTP`() async throws {
        let fixture = try ComputeFixture()
        let agent = try await HTTPAgent(fixture, spec: nil)
        #expect(try await agent.state() == "empty")
        #expect(try await agent.call("GET", "/startupz").status == 503)
        #expect(try await agent.call("GET", "/readyz").status == 503)
        #expect(try await agent.call("GET", "/livez").status == 200)
        #expect(try await agent.call("POST", "/configure", "{").status == 400)
        #expect(try await agent.call("POST", "/configure", #"{"spec": null}"#).status == 400)
        // Nowhere to fetch from.
        #expect(try await agent.call("POST", "/refresh_configuration", inside: true).status == 412)
        #expect(try await agent.state() == "empty")

        let configured = try await agent.call("POST", "/configure", fixture.spec())
        #expect(configured.status == 200)
        #expect(configured.state == "running")
        #expect(configured.json["start_time"] != .null)
        for path in ["/startupz", "/readyz", "/livez"] {
            #expect(try await agent.call("GET", path, token: .some(nil)).status == 200, "\(path)")
            #expect(try await agent.call("GET", path, inside: true).status == 200, "\(path)")
        }

        try await lookAround(agent)
        try await change(agent)

        // A live change.
        let more = fixture.spec(databases: #"{"name": "shop", "owner": "app"}, {"name": "more", "owner": "app"}"#)
        #expect(try await agent.call("POST", "/configure", more).status == 200)
        let client = try await fixture.connect(database: "more")
        await client.close()

        // Nothing of another compute's spec comes to pass.
        let tenant = String(repeating: "5c", count: 16)
        let foreign = SpecText.local(
            roles: #"{"name": "intruder"}"#, databases: "",
            extra: #""storage_mode": "local", "tenant_id": "\#(tenant)", "timeline_id": "\#(tenant)","#)
        let refused = try await agent.call("POST", "/configure", foreign)
        #expect(refused.status == 400 && refused.error.hasPrefix("spec.tenant_id: "), "\(refused)")
        let promotion = #"{"wal_flush_lsn": "0/1", "# + foreign.dropFirst()
        #expect(try await agent.call("POST", "/promote", promotion).status == 400)
        #expect(try await agent.state() == "running")
        #expect(try await agent.call("GET", "/dbs_and_roles").text.contains("intruder") == false)

        // Two who end it share the ending, and a third finds it ended.
        async let first = agent.call("POST", "/terminate")
        async let second = agent.call("POST", "/terminate?mode=fast")
        let answers = [try await first, try await second]
        #expect(answers.map(\.status) == [200, 200])
        guard case .string(let position)? = answers[0].json["lsn"] else {
            Issue.record("no position: \(answers[0].text)")
            return
        }
        #expect(LSN(position) != nil)
        #expect(answers[1].json["lsn"] == .string(position))
        #expect(try await agent.state() == "terminated")
        let late = try await agent.call("POST", "/terminate")
        #expect(late.status == 201)
        #expect(late.json["lsn"] == .string(position))
        #expect(
            try await agent.call("POST", "/configure", fixture.spec()).error == "invalid compute status: terminated")
        #expect(try await agent.call("GET", "/readyz").status == 503)
        #expect(ProcessTable.processes(workingIn: fixture.dataDirectory).isEmpty)
        // A signal ends the time in which it can be looked at.
        agent.signal()
        #expect(await agent.exitCode == 0)
    }

    private func lookAround(_ agent: HTTPAgent) async throws {
        let found = try await agent.call("GET", "/dbs_and_roles")
        #expect(found.status == 200)
        #expect(found.text.contains(#""name":"shop","owner":"app""#))
        #expect(found.text.contains(#""encrypted_password":"SCRAM-SHA-256$4096:"#))
        #expect(try await agent.call("POST", "/check_writability").text == "true")
        #expect(try await agent.call("POST", "/check_writability").text == "true")
        let client = try await agent.fixture.connect()
        try await client.query("CREATE TABLE notes (id integer, words text)")
        await client.close()
        let schema = try await agent.call("GET", "/database_schema?database=shop")
        #expect(schema.status == 200)
        #expect(schema.text.contains("CREATE TABLE public.notes"))
        #expect(try await agent.call("GET", "/database_schema?database=absent").status == 404)
        #expect(try await agent.call("GET", "/database_schema").status == 400)
        #expect(try await agent.call("GET", "/insights").status == 412)
        #expect(try await agent.call("GET", "/hadron_liveness_probe").text == #""ok""#)
        let metrics = try await agent.call("GET", "/metrics", token: .some(nil))
        #expect(metrics.text.contains(#"compute_ctl_up{status="running"} 1"#))
        #expect(metrics.text.contains(#"compute_ctl_up{status="empty"} 0"#))
        #expect(metrics.text.contains(#"sidecar_agent_startup_phase_seconds_count{phase="start_postgres"} 1"#))
        let numbers = try await agent.call("GET", "/metrics.json").json
        guard case .integer(let start)? = numbers["start_postgres_ms"] else {
            Issue.record("no duration of the start")
            return
        }
        #expect(start > 0)
        #expect(numbers["basebackup_ms"] == .integer(0))
    }

    private func change(_ agent: HTTPAgent) async throws {
        let grant =
            #"{"database": "shop", "schema": "public", "role": "app", "privileges": ["USAGE", "SELECT", "CONNECT"]}"#
        #expect(try await agent.call("POST", "/grants", grant, inside: true).status == 201)
        #expect(
            try await agent.call("POST", "/grants", grant.replacing("\"app\"", with: "\"nobody\""), inside: true).status
                == 412)
        #expect(
            try await agent.call("POST", "/grants", grant.replacing("USAGE", with: "ALL"), inside: true).status == 400)
        let hostile = grant.replacing("public", with: #"x\" TO app; DROP TABLE notes; --"#)
        #expect(try await agent.call("POST", "/grants", hostile, inside: true).status == 412)
        let absent = #"{"extension": "no such thing", "database": "shop", "version": "1"}"#
        #expect(try await agent.call("POST", "/extensions", absent, inside: true).status == 412)
        let plpgsql = #"{"extension": "plpgsql", "database": "shop", "version": "1.0"}"#
        let installed = try await agent.call("POST", "/extensions", plpgsql, inside: true)
        #expect(installed.status == 201)
        #expect(installed.json["version"] == .string("1.0"))
        let promote = #"{"spec": \#(try inner(agent.fixture.spec())), "wal_flush_lsn": "0/1"}"#
        let notReplica = try await agent.call("POST", "/promote", promote)
        #expect(notReplica.status == 412, "\(notReplica)")
    }

    /// The spec without its envelope.
    private func inner(_ envelope: String) throws -> String {
        guard case .object(let fields) = try JSONValue(parsing: Array(envelope.utf8)) else { return "" }
        return String(decoding: (fields["spec"] ?? .null).bytes(), as: UTF8.self)
    }

    @Test func `only who has a token gets in, and each side has its own routes`() async throws {
        let fixture = try ComputeFixture()
        // Neon's agent lets everybody in when this is set.
        setenv("INSTANCE_ID", "compute-demo-1", 1)
        defer { unsetenv("INSTANCE_ID") }
        let agent = try await HTTPAgent(fixture, spec: nil)
        for (method, path) in [
            ("GET", "/status"), ("POST", "/configure"), ("POST", "/terminate"), ("GET", "/dbs_and_roles"),
            ("GET", "/metrics.json"), ("POST", "/promote"), ("POST", "/check_writability"),
        ] {
            #expect(try await agent.call(method, path, token: .some(nil)).status == 400, "\(path)")
            #expect(try await agent.call(method, path, token: "Bearer a.b.c").status == 400, "\(path)")
            #expect(try await agent.call(method, path, inside: true).status == 404, "\(path)")
        }
        let other = try TokenMaker().token(#"{"compute_id": "\#(fixture.computeID)"}"#)
        let refused = try await agent.call("GET", "/status", token: "Bearer \(other)")
        #expect(refused.status == 401)
        #expect(refused.headers["www-authenticate"] == "Bearer")
        #expect(try await agent.call("POST", "/refresh_configuration").status == 404)
        #expect(try await agent.call("GET", "/nothing").status == 404)
        let wrong = try await agent.call("DELETE", "/status")
        #expect(wrong.status == 405)
        #expect(wrong.headers["allow"] == "GET")
        #expect(wrong.text.isEmpty)
        for (method, path) in [("GET", "/lfc/prewarm"), ("POST", "/lfc/offload"), ("GET", "/autoscaling_metrics")] {
            let absent = try await agent.call(method, path)
            #expect(absent.status == 412)
            #expect(absent.error == "this compute has no local file cache")
        }
        #expect(try await agent.call("POST", "/extension_server/x.so", inside: true).status == 412)
        #expect(try await agent.call("GET", "/status?" + String(repeating: "x", count: 9000)).status == 414)
        let large = String(repeating: " ", count: (64 << 10) + 1)
        #expect(try await agent.call("POST", "/extensions", large, inside: true).status == 413)
        #expect(try await agent.call("POST", "/terminate?mode=slow").status == 400)
        // What needs Postgres says that there is none.
        #expect(try await agent.call("GET", "/dbs_and_roles").error == "invalid compute status: empty")
        // From empty, and at once.
        let ended = try await agent.call("POST", "/terminate?mode=immediate")
        #expect(ended.status == 200)
        #expect(ended.json["lsn"] == .null)
        #expect(await agent.exitCode == 0)
    }

    @Test func `a spec that fails says why, and a configure that loses to a terminate returns`() async throws {
        let fixture = try ComputeFixture()
        let agent = try await HTTPAgent(fixture, spec: nil) { $0.http?.longLinger = .seconds(60) }
        async let configured = agent.call("POST", "/configure", fixture.spec())
        try await agent.awaitState("init")
        // Answered at once: another one is under way.
        #expect(try await agent.call("POST", "/configure", fixture.spec()).error == "invalid compute status: init")
        let ended = try await agent.call("POST", "/terminate?mode=immediate")
        #expect(ended.status == 200)
        #expect(ended.json["lsn"] == .null)
        #expect(try await configured.status == 409)
        #expect(await agent.exitCode == 0)
        #expect(ProcessTable.processes(workingIn: fixture.dataDirectory).isEmpty)
    }

    @Test func `after a failed start the reason can be read until somebody is in a hurry`() async throws {
        let fixture = try ComputeFixture()
        let agent = try await HTTPAgent(fixture, spec: nil) { $0.http?.longLinger = .seconds(60) }
        let broken = fixture.spec().replacing(#""settings": []"#, with: Self.brokenSetting)
        let configured = try await agent.call("POST", "/configure", broken)
        #expect(configured.status == 500)
        #expect(configured.error.hasPrefix("compute configuration failed: "))
        let status = try await agent.call("GET", "/status")
        #expect(status.state == "failed")
        #expect(status.json["error"] != .null)
        #expect(try await agent.call("POST", "/configure", fixture.spec()).error == "invalid compute status: failed")
        #expect(try await agent.call("GET", "/livez").status == 200)
        // It can still be ended in order, though not with success.
        #expect(try await agent.call("POST", "/terminate?mode=immediate").status == 200)
        #expect(await agent.exitCode == 1)
    }

    private static let brokenSetting =
        #""settings": [{"name": "shared_buffers", "value": "nonsense", "vartype": "string"}]"#
}
