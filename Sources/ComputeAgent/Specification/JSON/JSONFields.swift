package import Telemetry

/// Takes an object apart, field by field. What nobody took stays in `rest`: that is how unknown fields are kept.
///
/// A field that is `null` counts as absent. Every failure names its place: `spec.cluster.roles[0].name`.
package struct JSONFields {
    package let path: String
    package private(set) var rest: [String: JSONValue]

    package init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        guard case .object(let fields) = value else { throw SpecFailure(at: path, "is not an object") }
        self.path = path
        rest = fields
    }

    package func has(_ name: String) -> Bool { rest[name] != nil }

    package func place(of name: String) -> String { SpecFailure.path(path, name) }

    package mutating func value(_ name: String) -> JSONValue? {
        guard let value = rest.removeValue(forKey: name), value != .null else { return nil }
        return value
    }

    package mutating func text(_ name: String) throws(SpecFailure) -> String? {
        guard let value = value(name) else { return nil }
        return try Self.text(value, at: place(of: name))
    }

    package mutating func secret(_ name: String) throws(SpecFailure) -> Secret<String>? {
        try text(name).map { Secret($0) }
    }

    package mutating func flag(_ name: String) throws(SpecFailure) -> Bool? {
        guard let value = value(name) else { return nil }
        guard case .bool(let flag) = value else { throw SpecFailure(at: place(of: name), "is not true or false") }
        return flag
    }

    package mutating func real(_ name: String) throws(SpecFailure) -> Double? {
        switch value(name) {
        case nil: return nil
        case .real(let number): return number
        case .integer(let number): return Double(number)
        case .unsigned(let number): return Double(number)
        case .some: throw SpecFailure(at: place(of: name), "is not a number that fits")
        }
    }

    package mutating func number<Number: FixedWidthInteger>(
        _ name: String, as type: Number.Type = Number.self
    ) throws(SpecFailure) -> Number? {
        let number: Number?
        switch value(name) {
        case nil: return nil
        case .integer(let found): number = Number(exactly: found)
        case .unsigned(let found): number = Number(exactly: found)
        case .some: number = nil
        }
        guard let number else { throw SpecFailure(at: place(of: name), "is not a number that fits") }
        return number
    }

    /// - Parameter item: reads one item, whose path is given along.
    package mutating func list<Item>(
        _ name: String, of item: (JSONValue, String) throws(SpecFailure) -> Item
    ) throws(SpecFailure) -> [Item]? {
        guard let value = value(name) else { return nil }
        guard case .list(let values) = value else { throw SpecFailure(at: place(of: name), "is not a list") }
        var items: [Item] = []
        items.reserveCapacity(values.count)
        for (position, value) in values.enumerated() {
            items.append(try item(value, "\(place(of: name))[\(position)]"))
        }
        return items
    }

    package mutating func texts(_ name: String) throws(SpecFailure) -> [String]? {
        try list(name, of: Self.text)
    }

    /// An object whose names are data, not fields.
    package mutating func map<Item>(
        _ name: String, of item: (JSONValue, String) throws(SpecFailure) -> Item
    ) throws(SpecFailure) -> [String: Item]? {
        guard let value = value(name) else { return nil }
        guard case .object(let values) = value else { throw SpecFailure(at: place(of: name), "is not an object") }
        var items: [String: Item] = [:]
        // In an order, so that of several faults always the same one is told.
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            items[key] = try item(value, SpecFailure.path(place(of: name), key))
        }
        return items
    }

    package mutating func part<Part>(
        _ name: String, of part: (JSONValue, String) throws(SpecFailure) -> Part
    ) throws(SpecFailure) -> Part? {
        guard let value = value(name) else { return nil }
        return try part(value, place(of: name))
    }

    /// - Throws: when `found` is nothing.
    package func need<Value>(_ name: String, _ found: Value?) throws(SpecFailure) -> Value {
        guard let found else { throw SpecFailure(at: place(of: name), "is missing") }
        return found
    }

    package static func text(_ value: JSONValue, at path: String) throws(SpecFailure) -> String {
        guard case .string(let text) = value else { throw SpecFailure(at: path, "is not a string") }
        return text
    }
}
