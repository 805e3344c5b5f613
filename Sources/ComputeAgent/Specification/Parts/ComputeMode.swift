/// What a compute does with its branch.
package enum ComputeMode: Equatable, Sendable {
    /// Reads and writes; there is at most one.
    case primary
    /// Read-only, at one place of the log for ever.
    case `static`(LSN)
    /// Read-only, follows the primary.
    case replica

    /// As `neon.compute_mode` spells it.
    package var settingValue: String {
        switch self {
        case .primary: "primary"
        case .static: "static"
        case .replica: "replica"
        }
    }

    /// `"Primary"`, `"Replica"` or `{"Static": "0/16E4018"}`.
    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        switch value {
        case .string("Primary"): self = .primary
        case .string("Replica"): self = .replica
        case .object(let fields) where fields.count == 1 && fields["Static"] != nil:
            guard case .string(let text) = fields["Static"], let lsn = LSN(text) else {
                throw SpecFailure(at: path + ".Static", "is not a place in the log (two hex numbers, 0/16E4018)")
            }
            self = .static(lsn)
        default:  // Any other JSON; the set of modes is closed.
            throw SpecFailure(at: path, #"is none of "Primary", "Replica" and {"Static": LSN}"#)
        }
    }

    var json: JSONValue {
        switch self {
        case .primary: .string("Primary")
        case .static(let lsn): .object(["Static": .string(lsn.description)])
        case .replica: .string("Replica")
        }
    }
}
