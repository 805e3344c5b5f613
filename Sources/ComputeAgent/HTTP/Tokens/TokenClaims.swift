/// What a token says of its owner. Only those claims that we act on.
struct TokenClaims: Equatable, Sendable {
    /// How far our clock and the issuer's may be apart, in seconds.
    static let leeway: Int64 = 60
    private static let administrator = "compute_ctl:admin"
    private static let audience = "compute"

    var scope: String?
    var computeID: String?
    /// One name or a list of them (RFC 7519 §4.1.3).
    var audiences: [String]
    var expiry: Int64?
    var notBefore: Int64?

    /// - Returns: `nil` when a claim is not of its type: such a token was not made for us.
    init?(_ fields: [String: JSONValue]) {
        var isSound = true
        let text = { (name: String) -> String? in
            switch fields[name] {
            case .string(let text): return text
            case nil, .null: return nil
            default:
                isSound = false
                return nil
            }
        }
        // Any JSON number (RFC 7519 §2, NumericDate).
        let time = { (name: String) -> Int64? in
            switch fields[name] {
            case .integer(let seconds): return seconds
            case .unsigned: return Int64.max
            case .real(let seconds) where seconds.isFinite:
                return seconds >= 9e18 ? Int64.max : seconds <= -9e18 ? Int64.min : Int64(seconds)
            case nil: return nil
            default:
                isSound = false
                return nil
            }
        }
        scope = text("scope")
        computeID = text("compute_id")
        expiry = time("exp")
        notBefore = time("nbf")
        switch fields["aud"] {
        case .string(let one): audiences = [one]
        case .list(let many):
            audiences = many.compactMap { if case .string(let name) = $0 { name } else { nil } }
        case nil, .null: audiences = []
        default: return nil
        }
        if !isSound { return nil }
    }

    func checkTime(_ now: Int64) throws(AgentToken.Flaw) {
        // Compared this way round, so that no claim can overflow.
        if let expiry, now - Self.leeway >= expiry { throw .expired }
        if let notBefore, now + Self.leeway < notBefore { throw .notYetValid }
    }

    enum Refusal: Error, Equatable, Sendable {
        /// Scoped for administrators, but not for computes.
        case wrongAudience
        /// Made for another compute, or for none.
        case wrongCompute
    }

    /// Administrators reach every compute; everybody else the one that the token names.
    func authorize(for compute: String) throws(Refusal) {
        if scope == Self.administrator {
            guard audiences.contains(Self.audience) else { throw .wrongAudience }
        } else {
            guard computeID == compute else { throw .wrongCompute }
        }
    }
}
