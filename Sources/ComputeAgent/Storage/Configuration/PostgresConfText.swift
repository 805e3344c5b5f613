/// Reads the lines of a `postgresql.conf`. PostgreSQL, “Parameter Interaction via the Configuration File”.
///
/// Only to know what a text says that goes into the file as it is; Postgres itself judges it. Includes are not followed.
package enum PostgresConfText {
    /// - Returns: names in lower case with their values, in the order of the lines.
    package static func settings(in text: String) -> [(name: String, value: String)] {
        text.split(whereSeparator: \.isNewline).compactMap { setting(in: $0) }
    }

    /// - Returns: what Postgres would go by: the last line that sets it.
    package static func value(of name: String, in text: String) -> String? {
        settings(in: text).last { $0.name == name }?.value
    }

    private static func setting(in line: Substring) -> (name: String, value: String)? {
        var rest = line.drop(while: \.isWhitespace)
        let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "_.$".contains($0)) }
        guard GenericOption.isSettingName(String(name)) else { return nil }
        rest = rest.dropFirst(name.count).drop(while: \.isWhitespace)
        if rest.first == "=" { rest = rest.dropFirst().drop(while: \.isWhitespace) }
        let value = rest.first == "'" ? quoted(rest.dropFirst()) : String(rest.prefix { !$0.isWhitespace && $0 != "#" })
        return (name.lowercased(), value)
    }

    /// Up to the quote that ends it: two quotes are one, and a backslash makes the next character stand for itself.
    private static func quoted(_ text: Substring) -> String {
        var value = ""
        var rest = text
        while let character = rest.popFirst() {
            switch character {
            case "'" where rest.first == "'", "\\":
                if let next = rest.popFirst() { value.append(next == "n" && character == "\\" ? "\n" : next) }
            case "'": return value
            default: value.append(character)
            }
        }
        return value
    }
}
