import Foundation
import NIOPosix
import SidecarAPI
import TestKit
import Testing
import Transport

@testable import ComputeAgent

/// A whole agent on a real PostgreSQL hears that its pages have moved, and so does every proxy.
@Suite(.enabled(if: ComputeFixture.binaries != nil, "PostgreSQL is not installed"))
struct NotificationServiceTests {
    @Test func `moved pages reach Postgres and the proxies without a restart`() async throws {
        let fixture = try ComputeFixture()
        let listener = ReportListener()
        let server = try await listener.start(fixture)
        let tenant = StorageNotificationTests.tenant
        let spec = fixture.spec().replacing(
            #""suspend_timeout_seconds""#,
            with: #"""
                "storage_mode": "local", "tenant_id": "\#(tenant)", "timeline_id": "\#(tenant)",
                "pageserver_connection_info": {"shard_count": 0, "shards": {"0000": {"pageservers": [
                  {"id": 1, "libpq_url": "host=ps-1"}]}}}, "suspend_timeout_seconds"
                """#)
        var configuration = try fixture.configuration(
            spec: spec, targets: [.init(host: "127.0.0.1", port: server.port)])
        let nodes = #"{"pageservers": [{"id": 2, "libpq_url": "host=ps-2"}, {"id": 3, "libpq_url": "host=ps-3"}]}"#
        try nodes.write(toFile: fixture.file("nodes.json"), atomically: true, encoding: .utf8)
        configuration.storageNodesFile = fixture.file("nodes.json")

        let service = try AgentService(configuration, on: MultiThreadedEventLoopGroup.singleton)
        let (stream, requests) = AsyncStream.makeStream(of: OutsideRequest.self)
        async let exitCode = service.run(stream)
        try await eventually("it runs") { listener.states.contains(.running) }
        let client = try await fixture.connect()
        #expect(try await client.query("SHOW neon.pageserver_connstring") == [["host=ps-1"]])

        let before = listener.received.count
        let json = StorageNotificationTests.attach([3, 2], stripe: "2048")
        #expect(await service.notifications.attach(Array(json.utf8)).status == 200)
        try await eventually("the session goes by it") {
            try await client.query("SHOW neon.pageserver_connstring") == [["host=ps-3,host=ps-2"]]
        }
        #expect(try await client.query("SHOW neon.stripe_size") == [["2048"]])
        try await eventually("the listener knows it runs again") {
            listener.received.dropFirst(before).contains { $0.state == .running }
        }
        let steps = listener.received.dropFirst(before).filter { $0.state != $0.previousState }
        #expect(steps.map(\.state) == [.configurationPending, .configuration, .running])
        for step in steps {
            #expect(step.pageserver?.shards.map(\.index) == ["0002", "0102"])
            #expect(step.pageserver?.shards.map { $0.pageservers.map(\.id) } == [[3], [2]])
        }
        await client.close()
        requests.yield(.terminate(.fast, reason: "the test is over"))
        #expect(await exitCode == 0)
        await server.shutdown(grace: .zero)
    }
}
