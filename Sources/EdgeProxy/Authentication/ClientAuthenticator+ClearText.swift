internal import Gossip
internal import NIOCore
internal import PostgresWire
internal import Transport

/// A password in clear, from a client that has no way to name its endpoint but this: `endpoint=<id>;<password>`. Asked
/// for only inside TLS. The password ends here; the compute is shown a proof, as always.
extension ClientAuthenticator {
    func authenticateInClear(_ claim: Claim, on stream: ByteStream, opening: ByteBuffer) async throws -> Proven {
        guard claim.tls != nil else {
            try await stream.write(opening)
            throw Refusals.endpointNotSpecified
        }
        let said = try await Deadline.run(until: .now + limit) {
            try await ask(stream, opening: opening)
        }
        let known = try await lookUp(EndpointSelection.checked(said.endpoint), claim)
        return try await Deadline.run(until: .now + limit) {
            try await judge(said.password, known, claim)
        }
    }

    private func ask(_ stream: ByteStream, opening: ByteBuffer) async throws -> NamedPassword {
        var request = opening
        AuthenticationRequest.cleartextPassword.encode(into: &request)
        try await stream.write(request)
        var frames = LoginFrames(stream, bodyLimit: FrameReader.Limit.clientPassword)
        guard let frame = try await frames.next(), frame.tag == PasswordMessage.tag else {
            throw Refusals.loginViolation
        }
        frames.giveBackSurplus()
        let message: PasswordMessage
        do throws(PasswordMessage.Malformed) {
            message = try PasswordMessage(decoding: frame.body)
        } catch {
            throw Refusals.malformedPassword(error)
        }
        guard let said = NamedPassword(message.bytes) else { throw Refusals.endpointNotSpecified }
        return said
    }

    private func judge(_ password: [UInt8], _ known: Known, _ claim: Claim) async throws -> Proven {
        let refusal = Refusals.wrongPassword(of: claim.role)
        // PostgreSQL takes no empty password; one that were compared would cost no less.
        guard !password.isEmpty else { throw refusal }
        let prepared = SASLprep.prepare(password)
        var keys = try await check(prepared, by: known.verifier, isGenuine: known.isGenuine, known.endpoint)
        if keys == nil {
            let newer = try await newerVerifier(than: known, claim, or: refusal)
            keys = try await check(prepared, by: newer, isGenuine: true, known.endpoint)
        }
        guard let keys else { throw refusal }
        var confirmation = ByteBuffer()
        AuthenticationRequest.ok.encode(into: &confirmation)
        return Proven(
            method: .clearText, endpoint: known.endpoint, credential: .keys(keys), confirmation: confirmation)
    }

    private func check(
        _ password: [UInt8], by verifier: SCRAMVerifier, isGenuine: Bool, _ endpoint: EndpointName
    ) async throws -> SCRAMKeys? {
        guard verifier.iterations <= PasswordChecks.iterationLimit else {
            throw Refusals.tooManyIterations(verifier.iterations)
        }
        do {
            return try await checks.keys(of: password, by: verifier, isGenuine: isGenuine, endpoint: endpoint)
        } catch is PasswordChecks.Full {
            throw Refusals.tooManyChecks
        }
    }
}
