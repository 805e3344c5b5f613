/// The shapes of bodies, as JSON Schema 2020-12, which OpenAPI 3.1 speaks.
enum Schemas {
    static let text = JSONValue.object(["type": .string("string")])
    static let boolean = JSONValue.object(["type": .string("boolean")])
    static let count = JSONValue.object(["type": .string("integer"), "minimum": .integer(0)])
    static let anything = JSONValue.object([:])
    static let time = JSONValue.object(["type": .string("string"), "format": .string("date-time")])
    static let error = object(["error": text])
    /// As `16/B374D848`.
    static let position = JSONValue.object([
        "type": .string("string"), "pattern": .string("^[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}$"),
    ])
    /// The name of a role, database, schema or extension.
    static let name = JSONValue.object([
        "type": .string("string"), "minLength": .integer(1), "maxLength": .integer(63),
        "pattern": .string("^[^\\x00-\\x1f\\x7f]+$"),
    ])

    static let status = object([
        "start_time": nullable(time), "tenant": nullable(text), "timeline": nullable(text), "status": state,
        "last_active": nullable(time), "last_active_reason": text, "error": nullable(text),
        "pending_restart": list(of: text),
    ])
    static let state = JSONValue.object([
        "type": .string("string"), "enum": .list(ComputeState.allCases.map { .string($0.rawValue) }),
    ])
    static let termination = object(
        ["lsn": nullable(position), "lsn_missing_because": text], optional: ["lsn_missing_because"])
    static let envelope = object(
        ["spec": .object(["type": .string("object")]), "compute_ctl_config": .object(["type": .string("object")])],
        optional: ["compute_ctl_config"])

    static func nullable(_ schema: JSONValue) -> JSONValue {
        .object(["anyOf": .list([schema, .object(["type": .string("null")])])])
    }

    static func list(of schema: JSONValue) -> JSONValue {
        .object(["type": .string("array"), "items": schema])
    }

    static func object(_ fields: [String: JSONValue], optional: Set<String> = []) -> JSONValue {
        .object([
            "type": .string("object"), "properties": .object(fields),
            "required": .list(fields.keys.filter { !optional.contains($0) }.sorted().map { .string($0) }),
        ])
    }
}
