internal import ControlPlane
internal import FoundationEssentials
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
        /// UDP. `nil` in a file of an earlier version.
        var gossip: String?
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

    /// - Returns: `nil` when there is none.
    /// - Throws: `CommandFailure` when there is one that cannot be read: it may be all that knows a password.
    static func read(_ path: String) throws -> FleetFile? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            return try JSONDecoder().decode(FleetFile.self, from: Data(try SecureFile.read(path)))
        } catch let error as DecodingError {
            throw CommandFailure.failed(
                "\(path) is damaged (\(Self.words(error))): restore it, or remove it and all passwords will be new")
        } catch {
            throw CommandFailure.failed("\(path) cannot be read: \(error)")
        }
    }

    private static func words(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "without “\(key.stringValue)”"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "“\(context.codingPath.map(\.stringValue).joined(separator: "."))” is of another type"
        case .dataCorrupted: "no JSON"
        @unknown default: "not as it was written"
        }
    }

    func write(_ path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes, .sortedKeys]
        try SecureFile.write(Array(try encoder.encode(self)) + Array("\n".utf8), to: path)
    }
}
