/// What a server keeps of a role's password, in one of the three forms that `pg_authid.rolpassword` has ever had.
package enum StoredSecret: Equatable, Sendable {
    case scram(SCRAMVerifier)
    /// No proof of ours can be checked by it, and no key for the compute can be made from it.
    case outdated(Form)

    /// A form that PostgreSQL has given up, or is about to.
    package enum Form: String, Equatable, Sendable {
        /// `md5` and 32 digits.
        case md5 = "MD5"
        case clearText = "password in clear"
    }

    private static let md5DigitCount = 32

    /// Tells the forms apart as PostgreSQL does (`get_password_type`): whatever is neither of the first two is a password.
    ///
    /// - Returns: `nil` for a verifier that is broken, and for nothing at all.
    package init?(_ text: String) {
        let digits = Array(text.utf8.dropFirst(text.hasPrefix("md5") ? 3 : text.utf8.count))
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) }
        if let verifier = SCRAMVerifier.parse(text) {
            self = .scram(verifier)
        } else if digits.count == Self.md5DigitCount, digits.allSatisfy(isDigit) {
            self = .outdated(.md5)
        } else if text.isEmpty || text.hasPrefix("SCRAM-SHA-256$") {
            return nil
        } else {
            self = .outdated(.clearText)
        }
    }
}
