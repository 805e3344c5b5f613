/// One line of `postgresql.conf`.
struct ConfLine: Equatable {
    /// As Postgres compares it.
    let name: String
    let text: String

    init(_ name: String, _ value: String) {
        self.init(name, bare: Self.quoted(value))
    }

    /// - Parameter value: stands as it is.
    init(_ name: String, bare value: String) {
        self.name = name.lowercased()
        text = "\(name) = \(value)"
    }

    /// - Parameter value: nothing for no line.
    init?(_ name: String, _ value: String?) {
        guard let value else { return nil }
        self.init(name, value)
    }

    /// In place of settings that had to be left out.
    init(comment: String) {
        name = ""
        text = "# " + comment
    }

    /// `'` and `\` are doubled; a line break, which may not stand in a quoted value, is spelt `\n`.
    static func quoted(_ value: String) -> String {
        var text = "'"
        for scalar in value.unicodeScalars {
            switch scalar {
            case "'": text += "''"
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "'"
    }
}
