/// Names and values as they must stand in a statement.
package enum SQLText {
    /// Always in double quotes, so that case and reserved words survive.
    package static func identifier(_ name: String) -> String {
        "\"" + name.replacing("\"", with: "\"\"") + "\""
    }

    /// In single quotes; in the `E''` form when a backslash is present, so that the meaning does not hang on
    /// `standard_conforming_strings`.
    package static func literal(_ value: String) -> String {
        let quoted = "'" + value.replacing("'", with: "''").replacing("\\", with: "\\\\") + "'"
        return value.contains("\\") ? " E" + quoted : quoted
    }
}
