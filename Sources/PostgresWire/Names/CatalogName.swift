/// Which names the roles and databases of a compute may have. They are quoted wherever they are used, so that every
/// character that can be printed may be in them. PostgreSQL manual, 4.1.1 “Identifiers and Key Words” and 22.1.
package enum CatalogName {
    package enum Flaw: Error, Equatable, Sendable, CustomStringConvertible {
        /// None, or more than PostgreSQL keeps.
        case length
        case controlCharacter
        /// PostgreSQL's, or the agent's own.
        case reserved

        package var description: String {
            switch self {
            case .length: "must have 1 to \(CatalogName.byteLimit) bytes"
            case .controlCharacter: "contains a control character"
            case .reserved: "is reserved"
            }
        }
    }

    /// `NAMEDATALEN` - 1.
    package static let byteLimit = 63
    /// The superuser that the agent itself logs in as.
    package static let administrator = "cloud_admin"

    private static let reservedRoles: Set<String> = [administrator, "postgres", "public", "none"]
    private static let reservedDatabases: Set<String> = ["postgres", "template0", "template1"]

    /// - Returns: what is wrong with it as the name of a client's role, or `nil`.
    package static func flaw(ofRole name: String) -> Flaw? {
        flaw(name) ?? (reservedRoles.contains(name) || name.hasPrefix("pg_") ? .reserved : nil)
    }

    /// - Returns: what is wrong with it as the name of a client's database, or `nil`.
    package static func flaw(ofDatabase name: String) -> Flaw? {
        flaw(name) ?? (reservedDatabases.contains(name) ? .reserved : nil)
    }

    private static func flaw(_ name: String) -> Flaw? {
        guard (1...byteLimit).contains(name.utf8.count) else { return .length }
        return name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } ? nil : .controlCharacter
    }
}
