import Foundation
import Gossip
import Telemetry
import Testing

@testable import ControlPlane

struct ComputeSpecDocumentTests {
    private static func fields(_ suspendAfter: Duration?, status: String? = nil) throws -> [String: Any] {
        let record = EndpointRecord(
            name: try #require(EndpointName("demo")), role: "app \"owner\"", database: "shop",
            verifier: Secret("SCRAM-SHA-256$4096:c2FsdA==$eA==:eQ=="), generation: 3, createdUnixMicros: 0)
        let json = try ComputeSpecDocument(record, suspendAfter: suspendAfter).json(status: status)
        return try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
    }

    @Test func `roles go by verifier and own their database`() throws {
        let spec = try #require(try Self.fields(.seconds(300))["spec"] as? [String: Any])
        let cluster = try #require(spec["cluster"] as? [String: Any])
        #expect(
            cluster["roles"] as? [[String: String]] == [
                ["name": "app \"owner\"", "encrypted_password": "SCRAM-SHA-256$4096:c2FsdA==$eA==:eQ=="]
            ])
        #expect(cluster["databases"] as? [[String: String]] == [["name": "shop", "owner": "app \"owner\""]])
        #expect(spec["format_version"] as? Double == 1)
        #expect(spec["storage_mode"] as? String == "local")
        #expect(spec["suspend_timeout_seconds"] as? Int == 300)
    }

    @Test func `never is -1, and less than a second is not “the default”`() throws {
        let never = try #require(try Self.fields(nil)["spec"] as? [String: Any])
        #expect(never["suspend_timeout_seconds"] as? Int == -1)
        let soon = try #require(try Self.fields(.milliseconds(200))["spec"] as? [String: Any])
        #expect(soon["suspend_timeout_seconds"] as? Int == 1)
    }

    @Test func `the status is there when it is pulled, and absent in a file`() throws {
        #expect(try Self.fields(nil, status: "attached")["status"] as? String == "attached")
        #expect(try Self.fields(nil)["status"] == nil)
    }
}
