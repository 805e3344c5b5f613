internal import PostgresWire

/// How a client has proved who it is, as Neon's records of connections spell it.
enum AuthenticationMethod: String, Sendable {
    case scram = "scram_sha_256"
    case scramPlus = "scram_sha_256_plus"
    case clearText = "cleartext"
    case browser = "console_redirect"

    init(_ mechanism: SCRAMMechanism) {
        switch mechanism {
        case .plain: self = .scram
        case .plus: self = .scramPlus
        }
    }
}
