import Foundation
import NIOPosix
import SidecarAPI
import TestKit
import Testing
import Transport

@testable import ComputeAgent

/// What an agent reports of a real PostgreSQL whose clock reads another time zone.
@Suite(.serialized, .enabled(if: ComputeFixture.binaries != nil, "PostgreSQL is not installed"))
struct ActivityTests {
    @Test func `activity has its reason and its time, whatever the time zone`() async throws {
        let fixture = try ComputeFixture()
        let listener = ReportListener()
        let server = try await listener.start(fixture)
        let settings = [
            #"{"name": "timezone", "value": "Asia/Kolkata", "vartype": "string"}"#,
            #"{"name": "max_prepared_transactions", "value": "4", "vartype": "integer"}"#,
            #"{"name": "autovacuum", "value": "off", "vartype": "bool"}"#,
        ].joined(separator: ",")
        let role = #"{"name": "app", "encrypted_password": "\#(ComputeFixture.verifier)"}"#
        var configuration = try fixture.configuration(
            spec: SpecText.local(
                roles: role, databases: #"{"name": "shop", "owner": "app"}"#, settings: settings),
            targets: [.init(host: "127.0.0.1", port: server.port)])
        configuration.activityPolicy.ignoredRoles = ["meter"]
        let service = try AgentService(configuration, on: MultiThreadedEventLoopGroup.singleton)
        let (requests, asking) = AsyncStream.makeStream(of: OutsideRequest.self)
        async let exitCode = service.run(requests)
        let newest = { @Sendable () -> ReportV1.Transition? in listener.received.last }
        try await eventually("it runs") { listener.states.contains(.running) }

        let client = try await fixture.connect()
        try await client.query("CREATE TABLE t (n int)")
        try await client.query("BEGIN; INSERT INTO t VALUES (1)")
        try await eventually("the client is seen") { newest()?.activityReason == .client }
        try await client.query("PREPARE TRANSACTION 'left'")
        await client.close()
        try await eventually("what is left is named") { newest()?.activityReason == .preparedTransaction }
        #expect(newest()?.activity == .active)

        let other = try await fixture.connect()
        try await other.query("ROLLBACK PREPARED 'left'")
        await other.close()
        try await eventually("it is idle") { newest()?.activity == .idle }
        let idle = try #require(newest())
        let now = Int64(Date().timeIntervalSince1970 * 1_000_000)
        #expect(abs(now - idle.lastActiveUnixMicros) < 60_000_000)
        #expect(idle.activityReason == .unspecified)
        asking.yield(.terminate(.fast, reason: "the test is over"))
        #expect(await exitCode == 0)
        await server.shutdown(grace: .zero)
    }
}
