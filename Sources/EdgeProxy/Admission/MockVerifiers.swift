package import Gossip
package import PostgresWire
internal import TLSEngine
internal import Telemetry
internal import Transport

/// Verifiers for roles that do not exist, so that a stranger cannot tell them from those that do.
///
/// The same for the same endpoint and role in every proxy that shares the key, and after every restart: a salt that
/// changed would give the secret away.
package struct MockVerifiers: Sendable {
    private let key: Secret<[UInt8]>

    /// - Parameter secret: any bytes that the fleet shares and strangers do not have.
    package init(secret: [UInt8]) {
        key = Secret(Digests.hmacSHA256(key: secret, Array("mock verifiers".utf8)))
    }

    package func verifier(of endpoint: EndpointName, role: String) -> SCRAMVerifier {
        // An endpoint's name holds no slash, so two different pairs never read alike.
        let seed = Digests.hmacSHA256(key: key.reveal(), Array("\(endpoint.unsuffixed)/\(role)".utf8))
        return .mock(seed: seed, hashing: LibcryptoHashing())
    }
}
