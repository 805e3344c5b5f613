internal import Gossip
internal import NIOCore
internal import PostgresWire
internal import TLSEngine
internal import Transport

/// Lets a client prove who it is, by the secret that the directory has for its role.
///
/// A role, or an endpoint, that does not exist goes the same way with a made-up verifier, to the same words.
struct ClientAuthenticator: Sendable {
    struct Claim: Sendable {
        var endpoint: EndpointName
        var role: String
        var session: SessionContext
    }

    struct Proven: Sendable {
        var keys: SCRAMKeys
        /// Tells the client that it is in; to be sent when its compute is there too.
        var confirmation: ByteBuffer
    }

    let directory: any EndpointDirectory
    let mocks: MockVerifiers
    let limit: Duration

    /// - Parameter opening: goes out in front of the first message; nothing is sent before the secret is known.
    func authenticate(_ claim: Claim, on stream: ByteStream, opening: ByteBuffer) async throws -> Proven {
        let access: RoleAccess
        do {
            access = try await directory.accessControl(
                endpoint: claim.endpoint, role: claim.role, session: claim.session)
        } catch {
            if error.reason == .cancelled { throw SessionEnd.cancelled }
            // Goes to the client outside of any login exchange, which is where PostgreSQL says such things too.
            try await stream.write(opening)
            throw error.response
        }
        return try await Deadline.run(until: .now + limit) {
            try await exchange(claim, access, on: stream, opening: opening)
        }
    }

    private func exchange(
        _ claim: Claim, _ access: RoleAccess, on stream: ByteStream, opening: ByteBuffer
    ) async throws -> Proven {
        let (verifier, isGenuine) =
            switch access {
            case .verifier(let verifier): (verifier, true)
            case .noSecret: (mocks.verifier(of: claim.endpoint, role: claim.role), false)
            }
        let server = SCRAMServer(
            verifier: verifier, isGenuine: isGenuine, nonceBytes: Digests.randomBytes(SCRAMServer.nonceByteCount),
            hashing: LibcryptoHashing())
        var login = ClientLogin(role: claim.role, exchange: server)
        var reader = FrameReader(bodyLimit: FrameReader.Limit.clientLogin)
        var first = opening
        ClientLogin.begin(into: &first)
        var action = ClientLogin.Action.send(first)
        while true {
            switch action {
            case .send(let bytes):
                try await stream.write(bytes)
                action =
                    try await nextFrame(&reader, from: stream).map { login.frameReceived($0) }
                    ?? login.malformedFrameReceived()
            case .verified(let keys, let confirmation):
                let surplus = reader.takeSurplus()
                if surplus.readableBytes > 0 { stream.unread(surplus) }
                return Proven(keys: keys, confirmation: confirmation)
            case .doubt(let response):
                let newer = await directory.accessControlAfterWrongProof(
                    endpoint: claim.endpoint, role: claim.role, tried: access, session: claim.session)
                guard case .verifier(let verifier)? = newer else { throw response }
                action = login.verifierReplaced(by: verifier)
            case .refuse(let response):
                throw response
            }
        }
    }

    /// - Returns: `nil` for what is no frame, or one too large for a login.
    private func nextFrame(_ reader: inout FrameReader, from stream: ByteStream) async throws -> Frame? {
        while true {
            do {
                if let frame = try reader.next() { return frame }
            } catch {
                return nil
            }
            guard let bytes = try await stream.read() else {
                throw SessionEnd.unheard("the client left in the middle of its login")
            }
            reader.append(bytes)
        }
    }
}
