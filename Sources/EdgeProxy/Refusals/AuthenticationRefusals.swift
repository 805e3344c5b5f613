internal import PostgresWire

/// The client has not proved who it is.
extension Refusals {
    /// The same for a wrong password, a role that does not exist, and an endpoint that does not.
    static func wrongPassword(of role: String) -> ErrorResponse { ClientLogin.wrongPassword(of: role) }

    static let loginViolation: ErrorResponse = ClientLogin.violation

    static let endpointNotSpecified = ErrorResponse(
        .connectionRejected,
        "Endpoint ID is not specified. Connect to <endpoint-id>.<domain> with a client that sends the host name in TLS "
            + "(libpq 14 and newer do), or name the endpoint with `?options=endpoint%3D<endpoint-id>`.",
        hint: "A client that can do neither may send `endpoint=<endpoint-id>;<password>` as its password.")

    static func malformedPassword(_ flaw: PasswordMessage.Malformed) -> ErrorResponse {
        switch flaw {
        case .terminatorMissing:
            ErrorResponse(.protocolViolation, "Malformed password message: missing terminator")
        case .bytesBehindTerminator:
            ErrorResponse(.protocolViolation, "Malformed password message: bytes behind the terminator")
        }
    }

    /// The role's password is kept in a form that no proof can be checked by.
    ///
    /// It says that the role exists, and only at the end of a whole exchange, so that a stranger pays for it as for any
    /// guess. PostgreSQL would hide even this; but then people look for a typo where there is none.
    static func outdated(_ form: StoredSecret.Form) -> ErrorResponse {
        ErrorResponse(
            .featureNotSupported, "Unsupported authentication method: \(form.rawValue)",
            hint: "Set password_encryption to 'scram-sha-256' and give the role its password anew.")
    }

    static func tooManyIterations(_ iterations: Int) -> ErrorResponse {
        ErrorResponse(
            .featureNotSupported, "Unsupported authentication method: password in clear with \(iterations) iterations",
            hint: "Name the endpoint in the host or in the options, so that the password need not be sent.")
    }

    static let tooManyChecks = ErrorResponse(.tooManyConnections, "Too many connections attempts", hint: tryAgainSoon)

    /// - Parameter limit: from the link to the login.
    static func loginExpired(after limit: Duration) -> ErrorResponse {
        ErrorResponse(.queryCanceled, "Disconnected due to inactivity after \(spelled(limit)).")
    }

    static let tooManyLogins = ErrorResponse(.tooManyConnections, "Too many connections attempts", hint: tryAgainSoon)

    /// As Neon spells it: `2m`, or seconds.
    static func spelled(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        return seconds >= 60 && seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds)s"
    }

    static let authenticationEntries = [
        Entry(
            wrongPassword(of: "<role>"),
            when: "The password is wrong, or there is no such role, or no such endpoint: strangers are not told which.",
            remedy: "Check all three. A password that was just changed is known here within a second or two."),
        Entry(
            endpointNotSpecified, when: "Neither the host name nor the options nor the password names an endpoint.",
            remedy: "Do as the text says."),
        Entry(
            loginViolation,
            when: "What the client sent in its login is no message of it, or says that channel binding was not offered "
                + "when it was.",
            remedy: "Report it to the makers of the driver; look for something that changes messages on their way."),
        Entry(
            malformedPassword(.terminatorMissing),
            when: "A password message does not end with NUL, or goes on behind it.",
            remedy: "Report it to the makers of the driver."),
        Entry(
            outdated(.md5), when: "The role's password is kept as MD5, or in clear, and no proof can be checked by it.",
            remedy: "`set password_encryption = 'scram-sha-256'`, then `\\password` or `alter role … password …`."),
        Entry(
            tooManyIterations(1_000_000),
            when: "A password was sent in clear, and the role's verifier asks for more work than one login may cost.",
            remedy: "Connect with SCRAM, where the client does that work, or give the role a verifier with fewer."),
        Entry(
            loginExpired(after: .seconds(120)),
            when: "A link to log in in the browser was shown, and nobody did in the time it holds.",
            remedy: "Connect again and open the new link. Operators: see that callbacks reach `--mgmt`."),
        Entry(
            tooManyLogins, when: "More clients than this proxy takes wait for somebody to log in in the browser.",
            remedy: "Try again with growing pauses."),
        Entry(
            tooManyChecks, when: "More passwords wait to be checked than this proxy checks in good time.",
            remedy: "Try again with growing pauses."),
    ]
}
