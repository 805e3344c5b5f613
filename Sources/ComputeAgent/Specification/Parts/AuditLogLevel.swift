/// How much of what clients do is logged by pgaudit.
package enum AuditLogLevel: Equatable, Sendable {
    case disabled
    /// Definitions and roles.
    case base
    /// Everything but miscellaneous commands.
    case extended
    /// Everything, with parameters.
    case full

    /// `Log` and `Hipaa` are what `Base` and `Extended` were called before.
    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        switch try JSONFields.text(value, at: path) {
        case "Disabled": self = .disabled
        case "Base", "Log": self = .base
        case "Extended", "Hipaa": self = .extended
        case "Full": self = .full
        default: throw SpecFailure(at: path, "is none of Disabled, Base, Extended and Full")  // A word of the sender's.
        }
    }

    var json: JSONValue {
        switch self {
        case .disabled: .string("Disabled")
        case .base: .string("Base")
        case .extended: .string("Extended")
        case .full: .string("Full")
        }
    }
}
