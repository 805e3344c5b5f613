/// The server's half of SCRAM-SHA-256 (RFC 5802 §5, RFC 7677), from a verifier, with channel binding where the server's
/// certificate has a digest to bind to.
package struct SCRAMServer: Sendable {
    /// Random bytes behind our half of the nonce, as PostgreSQL has it.
    package static let nonceByteCount = 18
    private static let proofLength = 32

    package enum Refusal: Error, Equatable {
        /// Not a message of RFC 5802, or at the wrong time.
        case malformed
        /// `p=…` in the header, under a mechanism without binding or of a type that was not offered.
        case channelBindingNotOffered
        /// A mechanism with binding was chosen, and then no binding.
        case channelBindingMissing
        /// `y` in the header: the client was made to believe that we offer no binding.
        case downgraded
        /// The repeated header differs from the first, or the client sees another certificate than ours.
        case channelBindingMismatch
        /// `a=…` in the header, or a mandatory extension.
        case unsupported(String)
        case wrongProof
    }

    package struct Proven: Equatable, Sendable {
        /// server-final-message.
        package var serverFinal: [UInt8]
        package var keys: SCRAMKeys
    }

    private enum State {
        /// Next: `challenged`, `ended`.
        case awaitingFirst
        /// Next: `judged`, `ended`.
        case challenged(binding: ChannelBinding, nonce: [UInt8], clientFirstBare: [UInt8], serverFirst: [UInt8])
        /// Next: `ended`.
        case judged(SCRAMExchange, proof: [UInt8])
        case ended
    }

    private let verifier: SCRAMVerifier
    private let serverNonce: [UInt8]
    private let isGenuine: Bool
    private let endPoint: [UInt8]?
    private let hashing: any SCRAMHashing
    private var state = State.awaitingFirst

    /// - Parameters:
    ///   - isGenuine: `false` for a mock verifier: every proof is checked with the same work, and is wrong.
    ///   - endPoint: the digest of the certificate that the client was shown (RFC 5929 §4.1). `nil`: nothing to bind to.
    ///   - nonceBytes: `nonceByteCount` bytes that nobody can foresee.
    package init(
        verifier: SCRAMVerifier, isGenuine: Bool, endPoint: [UInt8]? = nil, nonceBytes: [UInt8],
        hashing: any SCRAMHashing
    ) {
        self.verifier = verifier
        self.isGenuine = isGenuine
        self.endPoint = endPoint
        serverNonce = Base64.encode(nonceBytes)
        self.hashing = hashing
    }

    /// Best first.
    package var mechanisms: [SCRAMMechanism] { endPoint == nil ? [.plain] : [.plus, .plain] }

    /// - Parameter mechanism: one of `mechanisms`.
    /// - Returns: server-first-message.
    package mutating func clientFirstReceived(
        _ message: [UInt8], under mechanism: SCRAMMechanism = .plain
    ) throws(Refusal) -> [UInt8] {
        guard case .awaitingFirst = state else { throw end(.malformed) }
        state = .ended
        let (binding, bare) = try splitHeader(message, mechanism)
        var attributes = SCRAMAttributes(bare)
        if attributes.nextName == "m" { throw .unsupported("mandatory extension") }
        let nonce: [UInt8]
        do throws(SCRAMAttributes.Malformed) {
            _ = try attributes.take("n")
            nonce = try attributes.takeNonce() + serverNonce
        } catch {
            throw .malformed
        }
        let salt = Base64.encode(verifier.salt)
        let serverFirst = "r=".utf8 + nonce + ",s=".utf8 + salt + ",i=\(verifier.iterations)".utf8
        state = .challenged(
            binding: binding, nonce: nonce, clientFirstBare: bare, serverFirst: Array(serverFirst))
        return Array(serverFirst)
    }

    /// The client's proof has come.
    package mutating func clientFinalReceived(_ message: [UInt8]) throws(Refusal) -> Proven {
        guard case .challenged(let expected, let nonce, let clientFirstBare, let serverFirst) = state else {
            throw end(.malformed)
        }
        state = .ended
        let (binding, echoedNonce, proof) = try Self.parseFinal(message)
        guard binding == expected.input else { throw .channelBindingMismatch }
        guard echoedNonce == nonce else { throw .malformed }
        let proofAttributeLength = ",p=".utf8.count + Base64.encode(proof).count
        let exchange = SCRAMExchange(
            clientFirstBare: clientFirstBare, serverFirst: serverFirst,
            clientFinalWithoutProof: Array(message.dropLast(proofAttributeLength)))
        state = .judged(exchange, proof: proof)
        return try judge(exchange, proof: proof, against: verifier, isGenuine: isGenuine)
    }

    /// The role's verifier may have been a stale one: judges the last, wrong proof by another.
    ///
    /// The proof was made for the salt and iterations of the first verifier, so a new one with others cannot match.
    package mutating func verifierReplaced(by newer: SCRAMVerifier) throws(Refusal) -> Proven {
        guard case .judged(let exchange, let proof) = state else { throw end(.malformed) }
        state = .ended
        return try judge(exchange, proof: proof, against: newer, isGenuine: true)
    }

    private func judge(
        _ exchange: SCRAMExchange, proof: [UInt8], against verifier: SCRAMVerifier, isGenuine: Bool
    ) throws(Refusal) -> Proven {
        let signature = exchange.clientSignature(storedKey: verifier.storedKey, hashing: hashing)
        let clientKey = SCRAMExchange.xor(proof, signature)
        let matches = hashing.equalInConstantTime(hashing.sha256(clientKey), verifier.storedKey)
        let serverSignature = exchange.serverSignature(serverKey: verifier.serverKey, hashing: hashing)
        guard matches, isGenuine else { throw .wrongProof }
        return Proven(
            serverFinal: Array("v=".utf8) + Base64.encode(serverSignature),
            keys: SCRAMKeys(clientKey: clientKey, serverKey: verifier.serverKey))
    }

    private mutating func end(_ refusal: Refusal) -> Refusal {
        state = .ended
        return refusal
    }

    /// The header as far as the second comma, and client-first-message-bare.
    private func splitHeader(
        _ message: [UInt8], _ mechanism: SCRAMMechanism
    ) throws(Refusal) -> (binding: ChannelBinding, bare: [UInt8]) {
        let parts = message.split(separator: UInt8(ascii: ","), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[2].isEmpty else { throw .malformed }
        let binding = try binding(String(decoding: parts[0], as: UTF8.self), mechanism)
        if parts[1].first == UInt8(ascii: "a") { throw .unsupported("authorization identity") }
        guard parts[1].isEmpty else { throw .malformed }
        return (binding, Array(parts[2]))
    }

    private func binding(_ flag: String, _ mechanism: SCRAMMechanism) throws(Refusal) -> ChannelBinding {
        switch (mechanism, flag, endPoint) {
        case (.plus, "p=\(ChannelBinding.type)", let endPoint?): return .endPoint(endPoint)
        case (.plus, "n", _), (.plus, "y", _): throw .channelBindingMissing
        case (.plain, "n", _): return .unsupported
        case (.plain, "y", nil): return .notOffered
        case (.plain, "y", _): throw .downgraded
        case (_, _, _) where flag.hasPrefix("p="): throw .channelBindingNotOffered
        case (.plus, _, _), (.plain, _, _): throw .malformed
        }
    }

    private static func parseFinal(
        _ message: [UInt8]
    ) throws(Refusal) -> (binding: [UInt8], nonce: [UInt8], proof: [UInt8]) {
        var attributes = SCRAMAttributes(message)
        do throws(SCRAMAttributes.Malformed) {
            let binding = try attributes.takeBase64("c")
            let nonce = try attributes.takeNonce()
            // Optional extensions stand between nonce and proof, and are signed but not understood.
            while let name = attributes.nextName, name != "p" { _ = try attributes.take(name) }
            let proof = try attributes.takeBase64("p")
            guard attributes.isAtEnd, proof.count == proofLength else { throw SCRAMAttributes.Malformed.expected("p") }
            return (binding, nonce, proof)
        } catch {
            throw .malformed
        }
    }
}
