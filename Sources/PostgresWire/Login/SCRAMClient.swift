/// The client's half of SCRAM-SHA-256 (RFC 5802 §5, RFC 7677): with a password, or with the keys of somebody who has
/// proved it to us. Bound to the TLS connection when there is one and the server offers it.
package struct SCRAMClient: Sendable {
    /// Random bytes behind our half of the nonce.
    package static let nonceByteCount = 18
    /// A server that asks for more wants to keep us busy.
    package static let iterationLimit = 1_000_000

    package enum Credential: Sendable {
        case keys(SCRAMKeys)
        /// As the server's verifier was made from: SASLprep is the caller's.
        case password([UInt8])
    }

    package enum Violation: Error, Equatable {
        /// Not a message of RFC 5802, or at the wrong time.
        case malformed
        /// The server's nonce does not begin with ours.
        case nonceMismatch
        case iterations(Int)
        /// The server said `e=…`.
        case refused
        /// The server does not know the verifier: it is somebody else.
        case wrongSignature
    }

    private enum State {
        /// Next: `proving`, `ended`.
        case begun
        /// Next: `ended`.
        case proving(expectedSignature: [UInt8])
        case ended
    }

    private let credential: Credential
    private let nonce: [UInt8]
    private let clientFirstBare: [UInt8]
    private let hashing: any SCRAMHashing
    private var binding = ChannelBinding.unsupported
    private var state = State.begun

    /// - Parameters:
    ///   - userName: PostgreSQL reads the role from the StartupMessage and wants this empty.
    ///   - nonce: printable ASCII without comma that nobody can foresee.
    package init(credential: Credential, userName: String = "", nonce: String, hashing: any SCRAMHashing) {
        self.credential = credential
        self.nonce = Array(nonce.utf8)
        self.hashing = hashing
        clientFirstBare = Array("n=\(userName),r=\(nonce)".utf8)
    }

    package init(credential: Credential, nonceBytes: [UInt8], hashing: any SCRAMHashing) {
        let nonce = String(decoding: Base64.encode(nonceBytes), as: UTF8.self)
        self.init(credential: credential, nonce: nonce, hashing: hashing)
    }

    /// Chooses among what the server offers; comes before `clientFirst`.
    ///
    /// - Parameter endPoint: the digest of the server's verified certificate. `nil`: no TLS, or nothing to bind to.
    /// - Returns: `nil` when there is nothing to choose.
    package mutating func choose(among mechanisms: [String], endPoint: [UInt8]?) -> SCRAMMechanism? {
        let offered = SCRAMMechanism.allCases.filter { mechanisms.contains($0.rawValue) }
        if let endPoint, offered.contains(.plus) {
            binding = .endPoint(endPoint)
            return .plus
        }
        guard offered.contains(.plain) else { return nil }
        binding = endPoint == nil ? .unsupported : .notOffered
        return .plain
    }

    /// client-first-message.
    package var clientFirst: [UInt8] { binding.header + clientFirstBare }

    /// - Returns: client-final-message.
    package mutating func serverFirstReceived(_ message: [UInt8]) throws(Violation) -> [UInt8] {
        guard case .begun = state else { throw .malformed }
        state = .ended
        let (serverNonce, salt, iterations) = try Self.parseFirst(message)
        guard serverNonce.starts(with: nonce), serverNonce.count > nonce.count else { throw .nonceMismatch }
        guard (1...Self.iterationLimit).contains(iterations) else { throw .iterations(iterations) }
        let keys =
            switch credential {
            case .keys(let keys): keys
            case .password(let password):
                SCRAMKeys(password: password, salt: salt, iterations: iterations, hashing: hashing)
            }
        let withoutProof = Array("c=".utf8) + Base64.encode(binding.input) + ",r=".utf8 + serverNonce
        let exchange = SCRAMExchange(
            clientFirstBare: clientFirstBare, serverFirst: message, clientFinalWithoutProof: withoutProof)
        let storedKey = hashing.sha256(keys.clientKey)
        let signature = exchange.clientSignature(storedKey: storedKey, hashing: hashing)
        state = .proving(expectedSignature: exchange.serverSignature(serverKey: keys.serverKey, hashing: hashing))
        return withoutProof + ",p=".utf8 + Base64.encode(SCRAMExchange.xor(keys.clientKey, signature))
    }

    /// Returns only when the server has proved that it knows the verifier.
    package mutating func serverFinalReceived(_ message: [UInt8]) throws(Violation) {
        guard case .proving(let expected) = state else { throw .malformed }
        state = .ended
        var attributes = SCRAMAttributes(message)
        if attributes.nextName == "e" { throw .refused }
        guard let signature = try? attributes.takeBase64("v") else { throw .malformed }
        guard hashing.equalInConstantTime(signature, expected) else { throw .wrongSignature }
    }

    private static func parseFirst(
        _ message: [UInt8]
    ) throws(Violation) -> (nonce: [UInt8], salt: [UInt8], iterations: Int) {
        var attributes = SCRAMAttributes(message)
        do throws(SCRAMAttributes.Malformed) {
            let nonce = try attributes.takeNonce()
            let salt = try attributes.takeBase64("s")
            let digits = try attributes.take("i")
            guard SCRAMVerifier.saltLengths.contains(salt.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
                let iterations = Int(String(decoding: digits, as: UTF8.self))
            else { throw SCRAMAttributes.Malformed.expected("i") }
            return (nonce, salt, iterations)
        } catch {
            throw .malformed
        }
    }
}
