internal import FoundationEssentials
package import Telemetry

/// What proves the roles of an endpoint, as its Secret says it: `roles.json` is `{"role": "SCRAM-SHA-256$…"}`, copied from the
/// running database; until there is one, the spec in `spec.json` counts, which the compute starts by.
package struct EndpointSecrets: Sendable {
    package static let rolesKey = "roles.json"
    package static let specKey = "spec.json"

    /// The Secret of a StatefulSet.
    package static func name(of statefulSet: String) -> String { statefulSet + "-roles" }

    private let verifiers: [String: Secret<String>]
    /// What the agent said last; `nil`: it has not said anything yet.
    private let kept: [String: String]?

    /// What cannot be read proves nobody.
    package init(_ object: SecretObject) {
        var verifiers: [String: Secret<String>] = [:]
        if let spec: Envelope = Self.decoded(object.data[Self.specKey]) {
            for role in spec.spec.cluster.roles where !(role.verifier ?? "").isEmpty {
                verifiers[role.name] = Secret(role.verifier ?? "")
            }
        }
        kept = Self.decoded(object.data[Self.rolesKey])
        // The database itself has said so, of all its roles: whoever is not among them cannot log in.
        if let kept { verifiers = kept.filter { !$0.value.isEmpty }.mapValues { Secret($0) } }
        self.verifiers = verifiers
    }

    /// Whether a copy of these would change nothing.
    package func isSame(as roles: [String: Secret<String>]) -> Bool {
        kept.map { $0 == roles.mapValues { $0.reveal() } } ?? false
    }

    /// What `roles.json` is to be.
    package static func rolesText(_ roles: [String: Secret<String>]) throws -> Secret<[UInt8]> {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Secret(Array(try encoder.encode(roles.mapValues { $0.reveal() })))
    }

    /// - Returns: `nil` when nobody can log in as it.
    package func verifier(of role: String) -> Secret<String>? { verifiers[role] }

    private static func decoded<Value: Decodable>(_ bytes: Secret<[UInt8]>?) -> Value? {
        bytes.flatMap { try? JSONDecoder().decode(Value.self, from: Data($0.reveal())) }
    }

    private struct Envelope: Decodable {
        struct Spec: Decodable { var cluster: Cluster }
        struct Cluster: Decodable { var roles: [Role] }
        struct Role: Decodable {
            var name: String
            var verifier: String?

            enum CodingKeys: String, CodingKey {
                case name
                case verifier = "encrypted_password"
            }
        }
        var spec: Spec
    }
}
