import Gossip
import Logging
import PostgresWire
import Telemetry
import Testing
import Transport

@testable import EdgeProxy

struct SessionStoryTests {
    private func story(_ change: (inout SessionStory) -> Void) -> Logger.Metadata {
        var story = SessionStory()
        change(&story)
        return story.fields(duration: .milliseconds(1500))
    }

    @Test func `a served session tells all there is`() throws {
        let endpoint = try #require(EndpointName("demo"))
        let fields = story { story in
            story.origin = ClientOrigin(address: IPAddress("2001:db8::1"), port: 5, privateLink: "vpce-1")
            (story.endpoint, story.role, story.database) = ("demo", "alice", "db")
            story.applicationName = "psql"
            story.method = .scram
            story.phases = [.tls: .microseconds(10), .wake: .milliseconds(2)]
            story.isLocationCached = false
            story.failedAttempts = 2
            story.compute = ComputeLocation(
                endpoint: endpoint, version: FactVersion(generation: 3, sequence: 1), host: "::1", port: 7,
                serverName: nil, computeID: "compute-demo-3", coldStartInfo: "pool_hit")
            story.joinedAfter = .milliseconds(20)
            (story.bytesFromClient, story.bytesToClient) = (1, 2)
            story.outcome = .served
        }
        let expected: Logger.Metadata = [
            "outcome": "served", "protocol": "tcp", "peer_addr": "[2001:db8::1]:5", "private_link": "vpce-1",
            "ep": "demo", "role": "alice", "database": "db", "application_name": "psql",
            "auth_method": "\(AuthenticationMethod.scram.rawValue)", "duration_us": "1500000",
            "tls_us": "10", "wake_us": "2000", "joined_us": "20000", "location_cached": "false", "failed_attempts": "2",
            "compute": "compute-demo-3", "compute_addr": "[::1]:7", "version": "3.1", "cold_start_info": "pool_hit",
            "bytes_from_client": "1", "bytes_to_client": "2",
        ]
        #expect(fields == expected)
    }

    @Test func `what never was is left out`() {
        #expect(story { _ in } == ["outcome": "left", "protocol": "tcp", "duration_us": "1500000"])
    }

    @Test func `somebody who looks in and goes is of no interest, a client that leaves is`() {
        #expect(SessionStory().isMinor)
        var known = SessionStory()
        known.endpoint = "demo"
        #expect(!known.isMinor)
        var refused = SessionStory()
        refused.outcome = .refused
        #expect(!refused.isMinor)
    }
}
