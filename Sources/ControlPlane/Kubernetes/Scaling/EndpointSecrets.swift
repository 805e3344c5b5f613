internal import Foundation
package import Telemetry

/// What proves the roles of an endpoint, as its Secret says it: `roles.json` is `{"role": "SCRAM-SHA-256$…"}`, and of roles
/// that are not in there the spec in `spec.json` counts, which the compute starts by.
package struct EndpointSecrets: Sendable {
    package static let rolesKey = "roles.json"
    package static let specKey = "spec.json"

    /// The Secret of a StatefulSet.
    package static func name(of statefulSet: String) -> String { statefulSet + "-roles" }

    private let verifiers: [String: Secret<String>]

    /// What cannot be read proves nobody.
    package init(_ object: SecretObject) {
        var verifiers: [String: Secret<String>] = [:]
        if let spec: Envelope = Self.decoded(object.data[Self.specKey]) {
            for role in spec.spec.cluster.roles where !(role.verifier ?? "").isEmpty {
                verifiers[role.name] = Secret(role.verifier ?? "")
            }
        }
        if let roles: [String: String] = Self.decoded(object.data[Self.rolesKey]) {
            // An empty one is a role that may log in no more, whatever the spec says.
            for (name, verifier) in roles { verifiers[name] = verifier.isEmpty ? nil : Secret(verifier) }
        }
        self.verifiers = verifiers
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
