internal import Gossip
internal import NIOCore
internal import PostgresWire
internal import Telemetry
internal import Transport

/// Lets somebody log in in the browser: the client is let in at once and shown a link; whoever opens it proves to the
/// control plane who they are, and the control plane tells us where the client is to go, and as whom.
package struct BrowserLogin: Sendable {
    /// In front of the session's id.
    let link: String
    /// From the link to the login.
    let limit: Duration
    let waiters: LoginWaiters
    /// Which of a login's rules are for clients of this proxy.
    let entrance: Entrance

    /// - Parameter opening: goes out in front of the first message.
    /// - Throws: also when the client leaves while it waits.
    func authenticate(
        _ claim: ClientAuthenticator.Claim, on stream: ByteStream, opening: ByteBuffer
    ) async throws -> ClientAuthenticator.Proven {
        let login = try await waiters.wait { id, logins in
            try await stream.write(invitation(to: id, opening: opening))
            return try await wait(for: logins, on: stream)
        }
        guard let login else {
            try await stream.write(opening)
            throw Refusals.tooManyLogins
        }
        if let denial = login.rules.denial(of: claim.session.origin, at: entrance) { throw Refusals.notAllowed(denial) }
        return proven(by: login, claim)
    }

    private func wait(for logins: AsyncStream<LoginDelivery>, on stream: ByteStream) async throws -> LoginDelivery {
        do {
            return try await Deadline.run(until: .now + limit) {
                try await withThrowingTaskGroup(of: LoginDelivery?.self) { group in
                    group.addTask {
                        for await login in logins { return login }
                        throw CancellationError()
                    }
                    group.addTask {
                        // What comes early is the session's; while it waits here, the client's end cannot be seen.
                        guard let early = try await stream.read() else {
                            throw SessionEnd.unheard("the client left before anybody logged in")
                        }
                        stream.unread(early)
                        return nil
                    }
                    defer { group.cancelAll() }
                    while let login = try await group.next() {
                        if let login { return login }
                    }
                    throw CancellationError()
                }
            }
        } catch is Deadline.Passed {
            throw Refusals.loginExpired(after: limit)
        }
    }

    private func invitation(to id: LoginSessionID, opening: ByteBuffer) -> ByteBuffer {
        var buffer = opening
        AuthenticationRequest.ok.encode(into: &buffer)
        ParameterStatus(name: "client_encoding", value: "UTF8").encode(into: &buffer)
        let expiry = Refusals.spelled(limit)
        NoticeResponse("Welcome!\nAuthenticate by visiting (will expire in \(expiry)):\n    \(link)\(id)\n\n")
            .encode(into: &buffer)
        return buffer
    }

    private func proven(by login: LoginDelivery, _ claim: ClientAuthenticator.Claim) -> ClientAuthenticator.Proven {
        let password = SASLprep.prepare(Array(login.password.reveal().utf8))
        var notice = ByteBuffer()
        NoticeResponse("Connected to database, session_id: \(claim.session.id)").encode(into: &notice)
        return ClientAuthenticator.Proven(
            method: .browser, endpoint: login.endpoint, credential: .password(password), confirmation: notice,
            destination: Destination(login))
    }
}
