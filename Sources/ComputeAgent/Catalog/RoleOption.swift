internal import PostgresWire

/// What a spec may grant a role beyond logging in. Superuser is not among them.
package enum RoleOption: Equatable, Sendable {
    case flag(Flag, Bool)
    /// -1 is unlimited.
    case connectionLimit(Int32)

    package enum Flag: String, CaseIterable, Sendable {
        case createdb, createrole, inherit, bypassrls, replication
    }

    package init?(_ option: GenericOption) {
        let name = option.name.lowercased()
        if name == "connection limit" {
            guard let limit = option.value.flatMap({ Int32($0) }), limit >= -1 else { return nil }
            self = .connectionLimit(limit)
            return
        }
        let isNegated = name.hasPrefix("no") && Flag(rawValue: String(name.dropFirst(2))) != nil
        guard let flag = Flag(rawValue: isNegated ? String(name.dropFirst(2)) : name) else { return nil }
        switch option.value?.lowercased() {
        case nil, "true", "on": self = .flag(flag, !isNegated)
        case "false", "off": self = .flag(flag, isNegated)
        case .some: return nil
        }
    }

    var sql: String {
        switch self {
        case .flag(let flag, let isOn): (isOn ? "" : "NO") + flag.rawValue.uppercased()
        case .connectionLimit(let limit): "CONNECTION LIMIT \(limit)"
        }
    }
}

/// What a spec may choose when a database is created.
package enum DatabaseOption: Equatable, Sendable {
    case encoding(String)
    case collate(String)
    case ctype(String)
    case template(String)
    case connectionLimit(Int32)

    package init?(_ option: GenericOption) {
        guard let value = option.value, !value.isEmpty, !value.utf8.contains(0) else { return nil }
        switch option.name.lowercased() {
        case "encoding": self = .encoding(value)
        case "lc_collate": self = .collate(value)
        case "lc_ctype": self = .ctype(value)
        case "template": self = .template(value)
        case "connection limit":
            guard let limit = Int32(value), limit >= -1 else { return nil }
            self = .connectionLimit(limit)
        default: return nil  // A stranger's word: the options are a closed set, the words are not.
        }
    }

    var sql: String {
        switch self {
        case .encoding(let name): "ENCODING \(SQLText.literal(name))"
        case .collate(let name): "LC_COLLATE \(SQLText.literal(name))"
        case .ctype(let name): "LC_CTYPE \(SQLText.literal(name))"
        case .template(let name): "TEMPLATE \(SQLText.identifier(name))"
        case .connectionLimit(let limit): "CONNECTION LIMIT \(limit)"
        }
    }
}
