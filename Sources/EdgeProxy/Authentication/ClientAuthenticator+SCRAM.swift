internal import NIOCore
internal import PostgresWire
internal import TLSEngine
internal import Transport

/// A proof by SCRAM-SHA-256, bound to the certificate that the client was shown when there is one to bind to.
extension ClientAuthenticator {
    func prove(
        _ claim: Claim, _ known: Known, on stream: ByteStream, opening: ByteBuffer
    ) async throws -> Proven {
        let server = SCRAMServer(
            verifier: known.verifier, isGenuine: known.isGenuine, endPoint: claim.tls?.tlsServerEndPoint,
            nonceBytes: Digests.randomBytes(SCRAMServer.nonceByteCount), hashing: LibcryptoHashing())
        var login = ClientLogin(role: claim.role, exchange: server)
        var frames = LoginFrames(stream, bodyLimit: FrameReader.Limit.clientLogin)
        var first = opening
        login.begin(into: &first)
        var action = ClientLogin.Action.send(first)
        while true {
            switch action {
            case .send(let bytes):
                try await stream.write(bytes)
                action = try await frames.next().map { login.frameReceived($0) } ?? login.malformedFrameReceived()
            case .verified(let keys, let confirmation):
                frames.giveBackSurplus()
                let method = AuthenticationMethod(login.mechanism ?? .plain)
                return Proven(
                    method: method, endpoint: known.endpoint, credential: .keys(keys), confirmation: confirmation)
            case .doubt(let response):
                action = login.verifierReplaced(by: try await newerVerifier(than: known, claim, or: response))
            case .refuse(let response):
                throw response
            }
        }
    }
}
