import EdgeProxy
import Gossip
import NIOCore
import NIOPosix
import PostgresWire
import Synchronization
import Testing
import Transport

/// facts: edge proxy §7, over real HTTP.
struct ControlPlaneCallsTests {
    private let fixtures = EdgeFixtures()
    private let demo: EndpointName

    init() throws {
        demo = try #require(EndpointName("demo"))
    }

    private func wake(_ base: String, limit: Duration = .seconds(60)) async throws -> WokenCompute {
        try await fixtures.calls(base).wakeCompute(
            demo, idempotencyKey: "demo:3:0", session: fixtures.session, deadline: .now + limit)
    }

    private func access(_ base: String, role: String = "demo") async throws -> EndpointAccess {
        try await fixtures.calls(base).accessControl(
            of: RoleKey(endpoint: demo, role: role), session: fixtures.session, patience: nil)
    }

    @Test func `a wake is asked for in 2025's words and answered with a generation`() async throws {
        let plane = ScriptedControlPlane { _ in .json(EdgeFixtures.wakeBody(generation: 4)) }
        let woken = try await plane.serve { try await wake($0) }
        #expect(
            woken
                == WokenCompute(
                    generation: 4, host: "127.0.0.1", port: 5432, serverName: "compute-demo-4",
                    computeID: "compute-demo-4", coldStartInfo: "pool_miss"))
        let ask = try #require(plane.asked.first)
        #expect(ask.path == "/authenticate_proxy_request/wake_compute")
        #expect(
            ask.query == [
                "session_id": fixtures.session.id.text, "application_name": "psql/tcp", "endpointish": "demo",
            ])
        #expect(ask.headers["authorization"] == "Bearer a-token")
        #expect(ask.headers["idempotency-key"] == "demo:3:0")
        #expect(ask.headers["x-request-id"] == fixtures.session.id.text)
    }

    @Test func `an IPv6 address comes in brackets, and everything but the address may be missing`() async throws {
        let plane = ScriptedControlPlane { _ in .json(#"{"address":"[::1]:6543"}"#) }
        let woken = try await plane.serve { try await wake($0) }
        #expect(woken == WokenCompute(generation: nil, host: "::1", port: 6543, serverName: nil, computeID: ""))
    }

    @Test func `a control plane that knows 2023's words only is asked in them`() async throws {
        let plane = ScriptedControlPlane { ask in
            if ask.path.hasSuffix("/proxy_wake_compute") { return .json(#"{"address":"10.0.0.7:5432"}"#) }
            if ask.path.hasSuffix("/proxy_get_role_secret") {
                return .json(#"{"role_secret":"\#(EdgeFixtures.verifier)"}"#)
            }
            return Answer404.plain
        }
        try await plane.serve { base in
            let calls = fixtures.calls(base)
            for _ in 0..<3 {
                let woken = try await calls.wakeCompute(
                    demo, idempotencyKey: "k", session: fixtures.session, deadline: .now + .seconds(5))
                #expect(woken.host == "10.0.0.7")
            }
            let access = try await calls.accessControl(
                of: RoleKey(endpoint: demo, role: "r&d=1"), session: fixtures.session, patience: nil)
            #expect(access.role == .verifier(try #require(SCRAMVerifier.parse(EdgeFixtures.verifier))))
            #expect(access.settings == EndpointSettings())
        }
        // It is asked in the new words once, not every time.
        #expect(plane.count(of: "/wake_compute") == 1)
        #expect(plane.count(of: "/proxy_wake_compute") == 3)
        let secret = try #require(plane.asked.last)
        #expect(secret.query["project"] == "demo")
        #expect(secret.query["role"] == "r&d=1" || secret.query["role"] == "r%26d%3D1")
    }

    private enum Answer404 {
        static let plain = ScriptedControlPlane.Answer(status: 404, body: "<h1>Not Found</h1>")
    }

    @Test func `a no in JSON is a no, not a missing path`() async throws {
        let plane = ScriptedControlPlane { _ in
            .json(
                #"{"error":"no","status":{"code":"NotFound","message":"no","details":{"error_info":{"reason":"ENDPOINT_NOT_FOUND"}}}}"#,
                status: 404)
        }
        try await plane.serve { base in
            #expect(try await access(base) == EndpointAccess(.noSecret))
            let failure = try await #require(throws: WakeFailure.self) { try await wake(base) }
            #expect(failure.reason == .endpointNotFound)
            #expect(failure.sqlState == "08004")
        }
        #expect(plane.asked.count == 2)
    }

    @Test func `an empty secret is none, an outdated one is said to be, and a broken one is an error`() async throws {
        let secret = Mutex("")
        let plane = ScriptedControlPlane { _ in .json(#"{"role_secret":"\#(secret.withLock { $0 })"}"#) }
        try await plane.serve { base in
            #expect(try await access(base) == EndpointAccess(.noSecret, EndpointSettings()))
            secret.withLock { $0 = "md50123456789abcdef0123456789abcdef" }
            #expect(try await access(base).role == .outdated(.md5))
            secret.withLock { $0 = "pencil" }
            #expect(try await access(base).role == .outdated(.clearText))
            secret.withLock { $0 = "SCRAM-SHA-256$4096:broken" }
            let failure = try await #require(throws: LookupFailure.self) { try await access(base) }
            #expect(failure.reason == .controlPlaneRefused)
            #expect(!failure.detail.contains("broken"))
        }
    }

    @Test func `all that 2025's answer says of an endpoint is heard`() async throws {
        let plane = ScriptedControlPlane { _ in
            .json(
                #"""
                {"role_secret":"","project_id":"quiet-sea-1","account_id":"org-7","allowed_ips":["10.0.0.0/8","what"],
                "allowed_vpc_endpoint_ids":["vpce-1"],"block_public_connections":true,"block_vpc_connections":true,
                "rate_limits":{"connection_attempts":{"tcp":{"rps":2.5,"burst":4},"ws":{"rps":1,"burst":1}}},"new":1}
                """#)
        }
        let told = try await plane.serve { try await access($0) }
        let rules = AccessRules(
            allowedAddresses: AllowList(["10.0.0.0/8", "what"]), allowedPrivateLinks: ["vpce-1"],
            blocksPublicNetwork: true, blocksPrivateLinks: true)
        #expect(
            told.settings
                == EndpointSettings(
                    rules: rules, attempts: AttemptRate(perSecond: 2.5, burst: 4), projectID: "quiet-sea-1",
                    accountID: "org-7"))
    }

    @Test func `null stands for nothing, and a rate that lets nobody in for none`() async throws {
        let plane = ScriptedControlPlane { _ in
            .json(
                #"""
                {"role_secret":"","project_id":null,"allowed_ips":null,"allowed_vpc_endpoint_ids":null,
                "block_public_connections":null,"rate_limits":{"connection_attempts":{"tcp":{"rps":0,"burst":0}}}}
                """#)
        }
        let told = try await plane.serve { try await access($0) }
        #expect(told == EndpointAccess(.noSecret, EndpointSettings()))
    }

    @Test(arguments: ["", "[]", "null", "{}", #"{"role_secret":7}"#, #"{"role_secret":"","allowed_ips":"10.0.0.1"}"#])
    func `rules that cannot be understood let nobody in`(body: String) async throws {
        let plane = ScriptedControlPlane { _ in .json(body) }
        try await plane.serve { base in
            let failure = await #expect(throws: LookupFailure.self) { try await access(base) }
            #expect(failure?.reason == .controlPlaneRefused)
        }
    }

    @Test(arguments: ControlPlaneCalls.Spelling.allCases)
    func `a spelling that was chosen is the only one that is tried`(spelling: ControlPlaneCalls.Spelling) async throws {
        let plane = ScriptedControlPlane { _ in Answer404.plain }
        try await plane.serve { base in
            let calls = ControlPlaneCalls(client: fixtures.client(base), outageLimit: .seconds(2), spelling: spelling)
            await #expect(throws: WakeFailure.self) {
                try await calls.wakeCompute(
                    demo, idempotencyKey: "k", session: fixtures.session, deadline: .now + .seconds(5))
            }
        }
        #expect(plane.asked.map(\.path).map { $0.contains("proxy_wake") } == [spelling == .of2023])
    }

    @Test(arguments: [429, 502, 503, 504])
    func `a bare “later” is asked again`(status: Int) async throws {
        let left = Mutex(2)
        let plane = ScriptedControlPlane { _ in
            let isBusy = left.withLock { left in
                left -= 1
                return left >= 0
            }
            return isBusy
                ? .json("later", status: status, headers: ["retry-after": "0"])
                : .json(EdgeFixtures.wakeBody(generation: 1))
        }
        let woken = try await plane.serve { try await wake($0) }
        #expect(woken.generation == 1)
        #expect(plane.asked.count == 3)
        #expect(Set(plane.asked.map { $0.headers["idempotency-key"] }).count == 1)
    }

    @Test(arguments: [
        (500, "", WakeFailure.Reason.controlPlaneRefused, "08006"),
        (406, "", .endpointDisabled, "55000"),
        (423, "", .quotaExceeded, "53400"),
        (
            403,
            #"{"error":"x","status":{"code":"x","message":"x","details":{"error_info":{"reason":"ENDPOINT_DISABLED"}}}}"#,
            .endpointDisabled, "55000"
        ),
        (
            402,
            #"{"error":"x","status":{"code":"x","message":"x","details":{"error_info":{"reason":"COMPUTE_TIME_QUOTA_EXCEEDED"}}}}"#,
            .quotaExceeded, "53400"
        ),
        (
            400,
            #"{"error":"x","status":{"code":"x","message":"x","details":{"error_info":{"reason":"RATE_LIMIT_EXCEEDED"}}}}"#,
            .rateLimited, "53300"
        ),
        (
            500,
            #"{"error":"x","status":{"code":"x","message":"x","details":{"error_info":{"reason":"COMPUTE_START_FAILED"}}}}"#,
            .startFailed, "57P03"
        ),
        (200, "not json", .controlPlaneRefused, "08006"),
        (200, #"{"address":"nowhere"}"#, .controlPlaneRefused, "08006"),
    ])
    func `a final no is not asked again`(
        status: Int, body: String, reason: WakeFailure.Reason, sqlState: String
    ) async throws {
        let plane = ScriptedControlPlane { _ in .json(body, status: status) }
        try await plane.serve { base in
            let failure = try await #require(throws: WakeFailure.self) { try await wake(base) }
            #expect(failure.reason == reason)
            #expect(failure.sqlState == sqlState)
        }
        #expect(plane.asked.count == 1)
    }

    @Test func `the control plane's own words reach the client, and its delay the next flight`() async throws {
        let plane = ScriptedControlPlane { _ in
            .json(
                #"{"error":"x","status":{"code":"x","message":"x","details":{"error_info":{"reason":"RUNNING_OPERATIONS"},"retry_info":{"retry_delay_ms":60000},"user_facing_message":{"message":"come back later"}}}}"#,
                status: 423)
        }
        try await plane.serve { base in
            let failure = try await #require(throws: WakeFailure.self) { try await wake(base) }
            #expect(failure.reason == .temporarilyUnavailable)
            #expect(failure.clientMessage == "come back later")
            #expect(failure.sqlState == "57P03")
            #expect(failure.retryAfter == .seconds(60))
        }
        #expect(plane.asked.count == 1)
    }

    @Test func `a control plane that is not there is 08006, within the outage limit`() async throws {
        // A port that was just free: nobody listens on it any more.
        let base = try await ScriptedControlPlane { _ in .json("{}") }.serve { $0 }
        let calls = fixtures.calls(base, outageLimit: .milliseconds(300))
        let began = ContinuousClock.now
        let wake = try await #require(throws: WakeFailure.self) {
            try await calls.wakeCompute(
                demo, idempotencyKey: "k", session: fixtures.session, deadline: .now + .seconds(60))
        }
        #expect(wake.reason == .controlPlaneUnreachable)
        #expect(wake.sqlState == "08006")
        let lookup = try await #require(throws: LookupFailure.self) {
            try await calls.accessControl(
                of: RoleKey(endpoint: demo, role: "demo"), session: fixtures.session, patience: nil)
        }
        #expect(lookup.sqlState == "08006")
        #expect(ContinuousClock.now - began < .seconds(50))
    }

    @Test(.timeLimit(.minutes(1))) func `an answer that stops in its middle is given up at the deadline`() async throws
    {
        let stalling = try await Listener.bind(
            host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton
        ) { stream in
            _ = try? await stream.read()
            try? await stream.write(ByteBuffer(string: "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"))
            while let bytes = try? await stream.read(), bytes.readableBytes > 0 {}
        }
        let failure = try await #require(throws: WakeFailure.self) {
            try await wake("http://127.0.0.1:\(stalling.port)", limit: .milliseconds(300))
        }
        #expect(failure.reason == .controlPlaneUnreachable)
        await stalling.stopAccepting()
    }

    private static func no(_ reason: String, _ status: Int, delay: Int = 0) -> ScriptedControlPlane.Answer {
        .json(
            #"{"error":"x","status":{"code":"x","message":"x","details":{"error_info":{"reason":"\#(reason)"},"retry_info":{"retry_delay_ms":\#(delay)}}}}"#,
            status: status)
    }

    @Test func `a start that is slow is not an outage`() async throws {
        let count = Mutex(0)
        let plane = ScriptedControlPlane { _ in
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            // Until the asker has gone.
            if !isFirst { try? await Task.sleep(for: .seconds(20)) }
            return Self.no("RUNNING_OPERATIONS", 504)
        }
        try await plane.serve { base in
            let failure = try await #require(throws: WakeFailure.self) {
                try await wake(base, limit: .seconds(5))
            }
            #expect(failure.reason == .temporarilyUnavailable)
            #expect(failure.sqlState == "57P03")
        }
        #expect(plane.asked.count == 2)
    }

    @Test func `a start that failed is tried once more, and then said`() async throws {
        let plane = ScriptedControlPlane { _ in Self.no("RUNNING_OPERATIONS", 503) }
        try await plane.serve { base in
            let failure = try await #require(throws: WakeFailure.self) { try await wake(base, limit: .seconds(20)) }
            #expect(failure.reason == .startFailed)
            #expect(failure.clientMessage == "The database failed to start")
            #expect(failure.sqlState == "57P03")
            #expect(failure.hint == nil)
        }
        #expect(plane.asked.count == 2)
    }

    @Test func `outcomes are counted`() async throws {
        let plane = ScriptedControlPlane { _ in .json(EdgeFixtures.wakeBody(generation: 1)) }
        _ = try await plane.serve { try await wake($0) }
        #expect(
            fixtures.metrics.exposition().contains(
                #"sidecar_control_plane_requests_total{call="wake_compute",outcome="ok"} 1"#))
    }
}
