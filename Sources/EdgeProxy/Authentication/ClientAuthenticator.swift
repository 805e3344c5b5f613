internal import Gossip
internal import NIOCore
internal import PostgresWire
internal import TLSEngine
internal import Transport

/// Lets a client prove who it is, in the way that fits what it has said so far: with SCRAM, or, when it has not named an
/// endpoint, with a password in clear that does.
///
/// Whatever the way, a role or an endpoint that does not exist goes it to the end with a made-up verifier, at the same
/// cost and to the same words. So does a role whose password is kept as MD5 or in clear, to words of its own: nobody can
/// check a proof by such a secret, and that the role exists is less of a secret than its owner's way out.
struct ClientAuthenticator: Sendable {
    struct Claim: Sendable {
        /// `nil`: the client has not named one.
        var endpoint: EndpointName?
        var role: String
        var session: SessionContext
        /// `nil`: the client speaks in clear.
        var tls: TLSPeer?
    }

    struct Proven: Sendable {
        var method: AuthenticationMethod
        var endpoint: EndpointName
        /// What the compute is shown.
        var credential: SCRAMClient.Credential
        /// Tells the client that it is in; to be sent when its compute is there too.
        var confirmation: ByteBuffer
        /// Where to go without asking anybody. `nil`: to the endpoint's compute.
        var destination: Destination?
    }

    /// A role and what it can be judged by.
    struct Known: Sendable {
        var endpoint: EndpointName
        var access: RoleAccess
        var verifier: SCRAMVerifier
        /// `false`: the verifier is made up, and nothing fits it.
        var isGenuine: Bool
    }

    let directory: any EndpointDirectory
    let mocks: MockVerifiers
    let checks: PasswordChecks
    /// For what the client has to say, without what is looked up in between.
    let limit: Duration
    /// In place of all that: somebody logs in in the browser.
    let browser: BrowserLogin?

    /// - Parameter opening: goes out in front of the first message.
    func authenticate(_ claim: Claim, on stream: ByteStream, opening: ByteBuffer) async throws -> Proven {
        if let browser { return try await browser.authenticate(claim, on: stream, opening: opening) }
        guard let endpoint = claim.endpoint else {
            return try await authenticateInClear(claim, on: stream, opening: opening)
        }
        let known: Known
        do {
            known = try await lookUp(endpoint, claim)
        } catch {
            // Goes to the client outside of any login exchange, which is where PostgreSQL says such things too.
            if case .refused = error { try await stream.write(opening) }
            throw error
        }
        return try await Deadline.run(until: .now + limit) {
            try await prove(claim, known, on: stream, opening: opening)
        }
    }

    func lookUp(_ endpoint: EndpointName, _ claim: Claim) async throws(SessionEnd) -> Known {
        let access: RoleAccess
        do {
            access = try await directory.accessControl(endpoint: endpoint, role: claim.role, session: claim.session)
        } catch {
            throw error.reason == .cancelled ? .cancelled : .refused(error.response)
        }
        switch access {
        case .verifier(let verifier):
            return Known(endpoint: endpoint, access: access, verifier: verifier, isGenuine: true)
        case .noSecret, .outdated:
            let verifier = mocks.verifier(of: endpoint, role: claim.role)
            return Known(endpoint: endpoint, access: access, verifier: verifier, isGenuine: false)
        }
    }

    /// Nothing fits what is known of the role. The password may have changed a moment ago.
    ///
    /// - Throws: what to refuse the client with, when there is nothing newer.
    func newerVerifier(than known: Known, _ claim: Claim, or refusal: ErrorResponse) async throws -> SCRAMVerifier {
        if case .outdated(let form) = known.access { throw Refusals.outdated(form) }
        let newer = await directory.accessControlAfterWrongProof(
            endpoint: known.endpoint, role: claim.role, tried: known.access, session: claim.session)
        guard case .verifier(let verifier)? = newer else { throw refusal }
        return verifier
    }
}
