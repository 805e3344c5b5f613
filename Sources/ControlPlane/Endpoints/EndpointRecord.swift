package import Gossip
package import Telemetry

/// What is kept about one endpoint: everything that a start needs, and never a password.
package struct EndpointRecord: Sendable {
    package let name: EndpointName
    /// The role that clients log in as, owner of `database`.
    package let role: String
    package let database: String
    /// `SCRAM-SHA-256$…`. Secret: it lets its reader try passwords without asking us.
    package var verifier: Secret<String>
    /// Of the newest start, stored before that start. 0: never started.
    package var generation: UInt64
    /// Microseconds since 1970-01-01 UTC.
    package let createdUnixMicros: Int64
    package var rules = EndpointRules()

    package init(
        name: EndpointName, role: String, database: String, verifier: Secret<String>, generation: UInt64 = 0,
        createdUnixMicros: Int64
    ) {
        self.name = name
        self.role = role
        self.database = database
        self.verifier = verifier
        self.generation = generation
        self.createdUnixMicros = createdUnixMicros
    }

    /// The compute of one generation.
    package static func computeID(_ name: EndpointName, generation: UInt64) -> String {
        "compute-\(name)-\(generation)"
    }
}

extension EndpointRecord: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, role, database, verifier, generation, rules
        case createdUnixMicros = "created_unix_micros"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        guard let name = EndpointName(try fields.decode(String.self, forKey: .name)) else {
            throw DecodingError.dataCorruptedError(forKey: .name, in: fields, debugDescription: "no endpoint name")
        }
        self.init(
            name: name,
            role: try fields.decode(String.self, forKey: .role),
            database: try fields.decode(String.self, forKey: .database),
            verifier: Secret(try fields.decode(String.self, forKey: .verifier)),
            generation: try fields.decode(UInt64.self, forKey: .generation),
            createdUnixMicros: try fields.decode(Int64.self, forKey: .createdUnixMicros))
        // Records from before there were rules have none.
        rules = try fields.decodeIfPresent(EndpointRules.self, forKey: .rules) ?? EndpointRules()
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(name.text, forKey: .name)
        try fields.encode(role, forKey: .role)
        try fields.encode(database, forKey: .database)
        try fields.encode(verifier.reveal(), forKey: .verifier)
        try fields.encode(generation, forKey: .generation)
        try fields.encode(createdUnixMicros, forKey: .createdUnixMicros)
        if rules != EndpointRules() { try fields.encode(rules, forKey: .rules) }
    }
}
