import EdgeProxy
import Gossip
import Synchronization
import TestKit
import Testing
import Transport

/// Rules from a control plane over real HTTP, applied to clients.
struct AccessDeskTests {
    private let fixtures = EdgeFixtures()
    private let demo: EndpointName

    init() throws {
        demo = try #require(EndpointName("demo"))
    }

    private static func body(_ rules: String) -> ScriptedControlPlane.Answer {
        .json(#"{"role_secret":"\#(EdgeFixtures.verifier)"\#(rules)}"#)
    }

    private func run<Result: Sendable>(
        _ base: String, entrance: Entrance = .publicNetwork, timeToLive: Duration = .seconds(60),
        rate: AttemptRate? = nil,
        _ body: @escaping @Sendable (AccessDesk, RoleDirectory) async throws -> Result
    ) async throws -> Result {
        let directory = RoleDirectory(
            source: fixtures.calls(base), limits: ProjectInfoLimits(size: 100, timeToLive: timeToLive),
            negativeTimeToLive: .milliseconds(50), metrics: fixtures.metrics, logger: fixtures.logger)
        let desk = AccessDesk(
            directory: directory, entrance: entrance, endpointRate: rate, metrics: fixtures.metrics)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                await directory.run()
                return nil
            }
            group.addTask { try await body(desk, directory) }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    private func origin(_ address: String, link: String? = nil) -> ClientOrigin {
        ClientOrigin(address: IPAddress(address), privateLink: link)
    }

    private func refusal(
        _ desk: AccessDesk, from origin: ClientOrigin, endpoint: EndpointName? = nil, role: String = "demo"
    ) async -> LookupFailure? {
        var session = fixtures.session
        session.origin = origin
        do {
            _ = try await desk.accessControl(endpoint: endpoint ?? demo, role: role, session: session)
            return nil
        } catch {
            return error
        }
    }

    @Test func `only addresses on the list begin a login, and the others are told why`() async throws {
        let plane = ScriptedControlPlane { _ in Self.body(#","allowed_ips":["10.0.0.0/8","oops"]"#) }
        try await plane.serve { base in
            try await run(base) { desk, directory in
                #expect(await refusal(desk, from: origin("10.1.2.3")) == nil)
                #expect(await refusal(desk, from: origin("::ffff:10.1.2.3")) == nil)
                let failure = await refusal(desk, from: origin("192.0.2.1"))
                #expect(failure?.reason == .notAllowed)
                #expect(failure?.sqlState == "28000")
                #expect(
                    failure?.clientMessage
                        == "This IP address 192.0.2.1 is not allowed to connect to this endpoint.")
                #expect(failure?.hint?.contains("IPv6") == true)
                let shown = await directory.inspectSettings(demo)
                #expect(shown?.settings.rules.allowedAddresses.unreadable == ["oops"])
            }
        }
        // Rules that are a second old by the time they turn somebody away are asked about once more.
        #expect(plane.asked.count <= 2, "rules are remembered")
        let page = fixtures.metrics.exposition()
        #expect(page.contains("sidecar_allow_list_unreadable_entries_total 1"))
        #expect(page.contains(#"sidecar_cache_lookups_total{cache="access_rules",outcome="hit"} 2"#))
        #expect(page.contains(#"sidecar_cache_lookups_total{cache="access_rules",outcome="miss"} 1"#))
    }

    @Test func `a proxy for private links looks at their ids and not at addresses`() async throws {
        let plane = ScriptedControlPlane { _ in
            Self.body(#","allowed_ips":["10.0.0.1"],"allowed_vpc_endpoint_ids":["vpce-1"]"#)
        }
        try await plane.serve { base in
            try await run(base, entrance: .privateLink) { desk, _ in
                #expect(await refusal(desk, from: origin("192.0.2.1", link: "vpce-1")) == nil)
                let other = await refusal(desk, from: origin("10.0.0.1", link: "vpce-2"))
                #expect(
                    other?.clientMessage == "This VPC endpoint id vpce-2 is not allowed to connect to this endpoint.")
                let none = await refusal(desk, from: origin("10.0.0.1"))
                #expect(none?.clientMessage == "VPC endpoint ID is not specified.")
            }
        }
    }

    @Test func `an address that was just added is let in, and a stranger cannot make the control plane busy`()
        async throws
    {
        let isAdded = Atomic(false)
        let plane = ScriptedControlPlane { _ in
            Self.body(
                isAdded.load(ordering: .relaxed)
                    ? #","allowed_ips":["10.0.0.1","10.0.0.2"]"# : #","allowed_ips":["10.0.0.1"]"#)
        }
        try await plane.serve { base in
            try await run(base) { desk, _ in
                #expect(await refusal(desk, from: origin("10.0.0.2")) != nil)
                isAdded.store(true, ordering: .relaxed)
                try await eventually("the new rules are asked for") {
                    await refusal(desk, from: origin("10.0.0.2")) == nil
                }
                let count = plane.asked.count
                for _ in 0..<50 { #expect(await refusal(desk, from: origin("10.0.0.3")) != nil) }
                #expect(plane.asked.count == count)
            }
        }
        #expect(
            fixtures.metrics.exposition().contains(
                #"sidecar_cache_lookups_total{cache="access_rules",outcome="spurious_hit"} 1"#))
    }

    @Test func `a cancel request keeps to the same rules, and to the last known ones in an outage`() async throws {
        let isUp = Atomic(true)
        let plane = ScriptedControlPlane { _ in
            isUp.load(ordering: .relaxed) ? Self.body(#","allowed_ips":["10.0.0.1"]"#) : .json("", status: 503)
        }
        let stranger = try #require(EndpointName("stranger"))
        try await plane.serve { base in
            try await run(base, timeToLive: .milliseconds(1)) { desk, _ in
                #expect(await desk.allows(origin("10.0.0.1"), at: demo))
                #expect(await !desk.allows(origin("10.0.0.2"), at: demo))
                isUp.store(false, ordering: .relaxed)
                #expect(await desk.allows(origin("10.0.0.1"), at: demo))
                #expect(await !desk.allows(origin("10.0.0.2"), at: demo))
                #expect(await !desk.allows(origin("10.0.0.1"), at: stranger), "nobody can say")
            }
        }
    }

    @Test func `news that secrets changed brings new rules too`() async throws {
        let isClosed = Atomic(false)
        let plane = ScriptedControlPlane { _ in
            Self.body(
                #","project_id":"quiet-sea-1","block_public_connections":\#(isClosed.load(ordering: .relaxed))"#)
        }
        try await plane.serve { base in
            try await run(base) { desk, directory in
                #expect(await refusal(desk, from: origin("10.0.0.1")) == nil)
                isClosed.store(true, ordering: .relaxed)
                #expect(await refusal(desk, from: origin("10.0.0.1")) == nil)
                #expect(await directory.invalidate("quiet-sea-1", upTo: 1))
                let failure = await refusal(desk, from: origin("10.0.0.1"))
                #expect(failure?.clientMessage.contains("blocked network") == true)
            }
        }
    }

    @Test func `an endpoint's attempts are limited, its own limit goes first, and the others go on`() async throws {
        let other = try #require(EndpointName("other"))
        let plane = ScriptedControlPlane { ask in
            ask.query["endpointish"] == "demo"
                ? Self.body(#","rate_limits":{"connection_attempts":{"tcp":{"rps":0.001,"burst":3}}}"#)
                : Self.body("")
        }
        try await plane.serve { base in
            try await run(base, rate: AttemptRate(perSecond: 0.001, burst: 5)) { desk, _ in
                for _ in 0..<3 { #expect(await refusal(desk, from: origin("10.0.0.1")) == nil) }
                let failure = await refusal(desk, from: origin("10.0.0.2"))
                #expect(failure?.reason == .rateLimited)
                #expect(failure?.sqlState == "53300")
                #expect(
                    failure?.clientMessage == "Too many connections to this endpoint. Please try again later.")
                #expect(failure?.hint?.hasPrefix("Try again in ") == true)
                #expect(failure?.retryAfter != nil)
                for _ in 0..<5 { #expect(await refusal(desk, from: origin("10.0.0.1"), endpoint: other) == nil) }
                #expect(await refusal(desk, from: origin("10.0.0.1"), endpoint: other) != nil)
            }
        }
        #expect(fixtures.metrics.exposition().contains(#"sidecar_limits_reached_total{limit="endpoint_rate"} 2"#))
    }

    @Test func `roles that strangers invent do not make the control plane busy`() async throws {
        let plane = ScriptedControlPlane { _ in Self.body(#","allowed_ips":["10.0.0.1"]"#) }
        try await plane.serve { base in
            try await run(base, rate: AttemptRate(perSecond: 0.001, burst: 3)) { desk, _ in
                for number in 0..<50 { _ = await refusal(desk, from: origin("10.0.0.1"), role: "r\(number)") }
                #expect(plane.asked.count == 3)
                for number in 0..<50 {
                    let failure = await refusal(desk, from: origin("10.0.0.2"), role: "s\(number)")
                    #expect(failure?.reason == .notAllowed)
                }
                // One more at most: whether the rules are still the same.
                #expect(plane.asked.count <= 4)
            }
        }
    }

    @Test func `whoever may not come in uses nothing up`() async throws {
        let plane = ScriptedControlPlane { _ in Self.body(#","allowed_ips":["10.0.0.1"]"#) }
        try await plane.serve { base in
            try await run(base, rate: AttemptRate(perSecond: 0.001, burst: 1)) { desk, _ in
                for _ in 0..<10 { #expect(await refusal(desk, from: origin("10.0.0.2"))?.reason == .notAllowed) }
                #expect(await refusal(desk, from: origin("10.0.0.1")) == nil)
            }
        }
    }

    @Test func `an endpoint that is not there is limited alike, and apart`() async throws {
        let plane = ScriptedControlPlane { _ in .json(#"{"error":"no"}"#, status: 404) }
        try await plane.serve { base in
            try await run(base, rate: AttemptRate(perSecond: 0.001, burst: 2)) { desk, _ in
                for _ in 0..<2 { #expect(await refusal(desk, from: origin("10.0.0.1")) == nil) }
                #expect(await refusal(desk, from: origin("10.0.0.1"))?.sqlState == "53300")
            }
        }
    }
}
