/// The words that make a Postgres client connect: libpq, “Connection Strings”.
struct Conninfo {
    private var words: [(key: String, value: String)]

    /// - Parameters:
    ///   - address: of a proxy, as a client of this machine reaches it.
    ///   - password: `nil` where it is handed over in another way.
    init(
        endpoint: String, domain: String, address: ListenAddress, user: String, password: String?, database: String,
        authorityFile: String
    ) {
        words = [
            ("host", "\(endpoint).\(domain)"), ("hostaddr", address.host), ("port", "\(address.port)"), ("user", user),
        ]
        if let password { words.append(("password", password)) }
        words += [("dbname", database), ("sslmode", "verify-full"), ("sslrootcert", authorityFile)]
    }

    var text: String {
        words.map { "\($0.key)=\(Self.quoted($0.value))" }.joined(separator: " ")
    }

    /// `psql "…"`, to be pasted into a shell.
    func command(password: String) -> String {
        let escaped = text.reduce(into: "") { escaped, character in
            if "\\\"$`".contains(character) { escaped.append("\\") }
            escaped.append(character)
        }
        return "PGPASSWORD=\(password) psql \"\(escaped)\""
    }

    private static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && !value.contains { $0.isWhitespace || $0 == "'" || $0 == "\\" }
        guard !isPlain else { return value }
        let escaped = value.reduce(into: "") { escaped, character in
            if character == "'" || character == "\\" { escaped.append("\\") }
            escaped.append(character)
        }
        return "'\(escaped)'"
    }
}
