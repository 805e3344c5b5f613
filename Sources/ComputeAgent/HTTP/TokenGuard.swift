internal import FoundationEssentials
internal import Telemetry

/// Lets those in who have a token for this compute. The codes are those of Neon's agent.
struct TokenGuard: Sendable {
    private static let scheme = "bearer "

    let computeID: String
    let keyring: TokenKeyring
    /// Seconds of Unix time: what a token's times are compared with.
    var now: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }

    /// - Throws: 400 without a usable header, 401 for a token that proves nothing, 403 for one made for another compute.
    func check(_ header: String?) throws(AgentHTTPFailure) {
        guard let header, header.lowercased().hasPrefix(Self.scheme) else {
            throw AgentHTTPFailure(400, "a bearer token is needed")
        }
        let text = String(header.dropFirst(Self.scheme.count)).trimmed()
        do {
            try AgentToken(text).claims(by: keyring.keys, now: now()).authorize(for: computeID)
        } catch let flaw as AgentToken.Flaw {
            throw Self.failure(flaw)
        } catch TokenClaims.Refusal.wrongAudience {
            throw AgentHTTPFailure(401, "the token is not for computes")
        } catch {
            throw AgentHTTPFailure(403, "the token is not for this compute")
        }
    }

    private static func failure(_ flaw: AgentToken.Flaw) -> AgentHTTPFailure {
        switch flaw {
        case .malformed: AgentHTTPFailure(400, "the token is not a JSON Web Token")
        case .unsupported: AgentHTTPFailure(401, "the token is not signed by EdDSA")
        case .badSignature: AgentHTTPFailure(401, "the token's signature is not valid")
        case .expired: AgentHTTPFailure(401, "the token has expired")
        case .notYetValid: AgentHTTPFailure(401, "the token is not valid yet")
        }
    }
}
