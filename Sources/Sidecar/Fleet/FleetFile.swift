internal import ControlPlane
internal import Foundation
internal import Telemetry

/// `fleet.json` (0600): what runs where, and how to log in, for other people's scripts.
struct FleetFile: Codable, Sendable {
    struct Proxy: Codable, Sendable {
        var id: String
        /// `host:port`, like those below.
        var postgres: String
        var http: String
        var grpc: String
        var pid: Int32
        /// Nobody listens there yet.
        var gossip: String?

        /// `gossip` is written also when it is null.
        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(id, forKey: .id)
            try fields.encode(postgres, forKey: .postgres)
            try fields.encode(http, forKey: .http)
            try fields.encode(grpc, forKey: .grpc)
            try fields.encode(gossip, forKey: .gossip)
            try fields.encode(pid, forKey: .pid)
        }
    }

    struct Endpoint: Codable, Sendable {
        var name: String
        var user: String
        var password: String
        var database: String
        /// Whole: with it `psql` needs nothing else.
        var conninfo: String
    }

    var caFile: String
    /// A URL.
    var controlPlane: String
    var proxies: [Proxy]
    var endpoints: [Endpoint]

    enum CodingKeys: String, CodingKey {
        case proxies, endpoints
        case caFile = "ca_file"
        case controlPlane = "control_plane"
    }

    /// - Returns: `nil` when there is none, or none that can be read.
    static func read(_ path: String) -> FleetFile? {
        guard let bytes = try? SecureFile.read(path) else { return nil }
        return try? JSONDecoder().decode(FleetFile.self, from: Data(bytes))
    }

    func write(_ path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes, .sortedKeys]
        try SecureFile.write(Array(try encoder.encode(self)) + Array("\n".utf8), to: path)
    }
}
